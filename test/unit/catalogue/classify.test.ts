import { describe, expect, test } from 'vitest';
import { classify, findRow, rankConfidence, rankRows, rowsUnder } from '#domain/catalogue/classify.ts';
import { coveredHits, findPhrases, gapExpression, indexPhrases, normalise } from '#domain/catalogue/phrases.ts';
import { compileDistrict } from '#infra/district-folder.ts';

const { catalogue } = compileDistrict('xianan');

describe('the stand-in catalogue', () => {
  test('has 22 categories, at least 45 rows, and says what it is', () => {
    expect(new Set(catalogue.rows.map((row) => row.code.slice(0, 2))).size).toBe(22);
    expect(catalogue.rows.length).toBeGreaterThanOrEqual(45);
    expect(catalogue.standIn).toBe(true);
    expect(catalogue.source).toContain('代拟');
  });
  test('is looked up by code and by category', () => {
    expect(findRow('01.2', catalogue)?.name).toBe('企业和个体欠薪');
    expect(findRow('99.9', catalogue)).toBeUndefined();
    expect(rowsUnder('01', catalogue).map((row) => row.code)).toEqual([
      '01.1',
      '01.2',
      '01.3',
      '01.4',
      '01.5',
      '01.6',
      '01.7',
      '01.8',
    ]);
    expect(rowsUnder('01.1', catalogue)).toHaveLength(1);
    expect(rowsUnder('77', catalogue)).toEqual([]);
  });
});

describe('classify', () => {
  test('a plain text finds its row', () => {
    expect(classify('广场舞音响太吵', catalogue)).toMatchObject({ outcome: 'row', code: '16.3' });
  });
  test('nothing known: abstains with nothing', () => {
    expect(classify('你好', catalogue)).toEqual({ outcome: 'abstain', confidence: 0, runnersUp: [] });
  });
  test('a tie abstains and names both', () => {
    const tie = classify('养老院,幼儿园', catalogue);
    expect(tie.outcome).toBe('abstain');
    expect(tie.confidence).toBeLessThan(0.5);
    expect(tie.runnersUp.map((ranked) => ranked.row.code)).toEqual(expect.arrayContaining(['06.2', '05.2']));
  });
  test('the longer keyword wins over the one inside it', () => {
    expect(rankRows('焚烧垃圾', catalogue)[0]?.row.code).toBe('10.4');
  });
  test('a title weighs more than the content', () => {
    expect(rankRows({ title: '宽带', content: '医保' }, catalogue)[0]?.row.code).toBe('22.5');
    expect(rankRows({ title: '医保', content: '宽带' }, catalogue)[0]?.row.code).toBe('03.1');
  });
  test('rows for other kinds stay out; a category narrows', () => {
    expect(rankRows('表扬', catalogue, { kind: 'complaint' })).toEqual([]);
    expect(rankRows('表扬', catalogue, { kind: 'praise' })[0]?.row.code).toBe('22.9');
    expect(rankRows('医保和宽带', catalogue, { within: '22' }).map((ranked) => ranked.row.code)).toEqual(['22.5']);
  });
  test('the threshold is the district’s', () => {
    expect(classify('医保', catalogue, { threshold: 0.9 }).outcome).toBe('abstain');
  });
  test('confidence of nothing is nothing', () => {
    expect(rankConfidence(undefined, undefined)).toBe(0);
  });
});

describe('phrases', () => {
  test('full width, capitals and blanks are levelled', () => {
    expect(normalise('KTV１２3 官埠 桥\r\n,')).toBe('ktv123官埠桥\n\n,');
  });
  test('hits inside longer ones are covered, neighbours are not', () => {
    const index = indexPhrases(['垃圾', '垃圾桶', '烧垃圾', '桶满']);
    const hits = findPhrases(index, '烧垃圾桶满');
    const covered = coveredHits(hits);
    expect(hits.filter((hit) => covered.has(hit)).map((hit) => index.terms[hit.term])).toEqual(['垃圾']);
  });
  test('a gap stays inside its clause and short', () => {
    expect('喝了半瓶农药'.match(gapExpression('喝…农药'))).not.toBeNull();
    expect('喝水,农药'.match(gapExpression('喝…农药'))).toBeNull();
    expect('喝一二三四五六七八九农药'.match(gapExpression('喝…农药'))).toBeNull();
  });
});
