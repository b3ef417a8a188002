import { describe, expect, test } from 'vitest';
import { route } from '#domain/routing/route.ts';
import type { RouteInput } from '#domain/routing/verdict.ts';
import { compileDistrict } from '#infra/district-folder.ts';

const district = compileDistrict('xianan');
const decide = (input: Partial<RouteInput>) =>
  route({ kind: 'complaint', title: '', content: '请处理', ...input }, district);

describe('a decision reads as a sentence', () => {
  test('one owner at a place', () => {
    const { trace } = decide({ content: '垃圾没人清', place: { text: '官埠桥镇' } });
    expect(trace.sentence).toBe(
      '事发地官埠桥镇(地址匹配),类别 10 市容环卫、占道、违建,目录第 10.1 条 → 官埠桥镇人民政府(唯一承办)',
    );
    expect(trace.inputs).toEqual(['placeText', 'title', 'content', 'kind']);
    expect(trace.catalogueVersion).toBe(district.catalogue.version);
    expect(trace.evidence).toContain('官埠桥镇:地址提到「官埠桥镇」');
  });

  test('lead and co-handlers, from a code and a given category', () => {
    const decided = decide({ place: { townCode: '421202102000' }, category: '01.2' });
    expect(decided.trace.sentence).toBe(
      '用工地官埠桥镇(代码匹配),类别 01 劳动维权(给定),目录第 1.2 条 → 官埠桥镇人民政府(主办,协办:咸安区人力资源和社会保障局)',
    );
    expect(decided.coHandlers).toEqual(['renshe']);
    expect(decided.trace.inputs).toEqual(['townCode', 'category', 'kind']);
    expect(decided.urgency).toBe('urgent');
  });

  test('the town as co-handler appears only when it is known', () => {
    expect(decide({ category: '17.2', place: { text: '大幕乡' } }).coHandlers).toEqual(['damu']);
    expect(decide({ category: '17.2' }).coHandlers).toEqual([]);
  });

  test('the zone that overrides', () => {
    const { trace } = decide({ category: '01.2', content: '商贸物流区', place: { text: '浮山街道' } });
    expect(trace.sentence).toContain('浮山街道、咸安商贸物流区(地址匹配)');
    expect(trace.sentence).toContain('目录规定功能区优先 → 咸安商贸物流区管理委员会');
  });

  test('outside the district', () => {
    const { trace, disposition } = decide({ category: '10.1', place: { townCode: '421221100000' } });
    expect(disposition).toBe('city');
    expect(trace.sentence).toContain('事发地嘉鱼县(代码匹配)');
    expect(trace.sentence).toContain('转市级处置');
  });

  test('a lawful route is named', () => {
    const decided = decide({ content: '法院已受理', place: { text: '马桥镇' } });
    expect(decided).toMatchObject({ owner: 'hotline', disposition: 'desk', trace: { rule: 'statutory-route' } });
    expect(decided.lawfulRoute).toContain('人民法院');
    expect(decided.trace.sentence).toContain('依法应走其他途径,诉讼 → 咸安区12345热线办(人工研判)');
  });

  test('danger makes it critical, whoever owns it', () => {
    const decided = decide({ content: '化工厂偷排废气,有人中毒', place: { text: '向阳湖镇' } });
    expect(decided).toMatchObject({ owner: 'shengtai', urgency: 'critical', danger: { phrase: '中毒' } });
    expect(decided.trace.sentence).toContain('应立即拨打 120');
  });
});

describe('the desk gets candidates', () => {
  test('recusal names the unit that would have had it', () => {
    const { trace } = decide({ content: '住建局科长收礼,物业不作为,物业费乱涨' });
    expect(trace.rule).toBe('recusal');
    expect(trace.runnersUp[0]).toMatchObject({ kind: 'unit', id: 'zhujian' });
  });

  test('praise of a unit is no ground for recusal', () => {
    expect(decide({ kind: 'consult', content: '住建局工作人员说物业费要交' }).owner).toBe('zhujian');
  });

  test('an unsure category keeps its likeliest rows, and promises no code', () => {
    const decided = decide({ content: '老师、医保和宽带' });
    expect(decided.trace.rule).toBe('category-unsure');
    expect(decided.categoryCode).toBeUndefined();
    expect(decided.trace.runnersUp.filter((rival) => rival.kind === 'category').length).toBeGreaterThanOrEqual(2);
    expect(decided.trace.sentence).toContain('类别疑似');
  });

  test('several towns are all reported', () => {
    const { trace } = decide({ category: '18.1', content: '官埠桥镇和横沟桥镇之间' });
    expect(trace.sentence).toContain('事发地不唯一(官埠桥镇、横沟桥镇)');
    expect(trace.runnersUp.map((rival) => rival.name)).toEqual(expect.arrayContaining(['官埠桥镇', '横沟桥镇']));
  });

  test('a given category that the words contradict is kept and flagged', () => {
    const decided = decide({ content: '占道经营,流动摊贩太多', category: '06.1' });
    expect(decided.categoryCode).toBe('06.1');
    expect(decided.trace.evidence.join()).toContain('文字更像 10.2');
  });

  test('a category unknown to the catalogue is said so', () => {
    expect(decide({ content: '广场舞', category: '99' }).trace.evidence).toContain(
      '给定类别 99 不在目录中,改按文字识别',
    );
  });
});

describe('涉企', () => {
  test('from the caller or from the row', () => {
    expect(decide({ callerEnterprise: true }).enterprise).toBe(true);
    expect(decide({ category: '21.1' }).enterprise).toBe(true);
    expect(decide({}).enterprise).toBe(false);
  });
});

test('the trace quotes the folder, never the citizen', () => {
  const secret = '我叫欧阳某某电话一三八零零';
  const { trace } = decide({
    title: secret,
    content: `${secret},官埠桥的厂拖欠工资`,
    place: { text: `${secret}官埠桥` },
  });
  expect(JSON.stringify(trace)).not.toContain('欧阳');
  expect(JSON.stringify(trace)).not.toContain('一三八');
});
