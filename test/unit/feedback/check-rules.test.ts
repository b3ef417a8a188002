/** What a clerk may write into feedback.json, and what is found before any citizen waits for it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkFeedback } from '#domain/feedback/check-rules.ts';
import { fill, PLACEHOLDERS, type Placeholder } from '#domain/feedback/template.ts';
import { loadDistrict } from '#infra/district.ts';
import { fieldProblem } from '#infra/local/platforms/wechat-fields.ts';
import { type FeedbackRule, FeedbackRules, ToldEvent } from '#schemas/feedback.ts';

const district = loadDistrict('xianan');
const book = {
  ticketPrefix: 'XA',
  departments: [
    { name: '咸安区城市管理执法局', shortName: '区城管局' },
    { name: '咸安区人力资源和社会保障局', shortName: '区人社局' },
    { name: '咸安经济开发区管理委员会(高新区)', shortName: '经开区管委会' },
  ],
};
const results = district.feedback.results;
type Event = FeedbackRule['event'];
const rule = (parts: Partial<FeedbackRule>, event: Event = 'dispatched'): FeedbackRule => ({
  event,
  notice: 'accepted',
  ...parts,
});
const page = 'pages/ticket/detail?ticketNo={ticketNo}';
const fields = (fields: Record<string, string>, event?: Event) =>
  rule({ wechat: { template: 'accepted', page, fields } }, event);
const params = (params: Record<string, string>, event?: Event) =>
  rule({ sms: { template: 'accepted', params } }, event);
const website = (text: string, event?: Event) => rule({ website: text }, event);
const check = (...rules: FeedbackRule[]) => checkFeedback({ source: '测试', results, rules }, book);

describe('good', () => {
  it.each<[string, FeedbackRule]>([
    ['a ticket number in a character_string', fields({ character_string1: '{ticketNo}' })],
    ['a ticket number in a thing', fields({ thing1: '{ticketNo}' })],
    ['a ticket number and two characters', fields({ thing1: '工单{ticketNo}' })],
    ['a text of twenty characters', fields({ thing2: '一'.repeat(20) })],
    ['a unit in a thing', fields({ thing3: '{department}' })],
    ['a unit with words around it', fields({ thing3: '由{department}重新办理' })],
    ['a unit in a name', fields({ name3: '{department}' })],
    ['a time in a time', fields({ time4: '{time}' })],
    ['a time in a date', fields({ date4: '{time}' })],
    ['a deadline in a time', fields({ time5: '{deadline}' })],
    ['a deadline in a thing', fields({ thing5: '{deadline}前' })],
    ['a deadline of a rework', fields({ time5: '{deadline}' }, 'reworkOrdered')],
    ['a phrase', fields({ phrase2: '正在办理中' })],
    ['a result with words before it', fields({ thing2: '已办结,{result}' }, 'closed')],
    ['a telephone number', fields({ phone_number1: '0715-12345' })],
    ['a number', fields({ number1: '12345' })],
    ['letters', fields({ letter1: 'XA' })],
    ['five fields', fields({ thing1: '一', thing2: '二', thing3: '三', thing4: '四', thing5: '五' })],
    ['a page without a question', rule({ wechat: { template: 'a', page: 'index', fields: { thing1: '好' } } })],
    ['an SMS with a number, a word and a unit', params({ no: '{ticketNo}', word: '已受理', unit: '{department}' })],
    ['an SMS with a time', params({ time: '{time}' })],
    ['an SMS with a result', params({ result: '{result}' }, 'answerApproved')],
    ['a website text with all that its event has', website('{ticketNo}{department}{time}{deadline}')],
    ['a website text with a lawful route', website('请{route}。', 'notAccepted')],
    ['a website text with a part’s number', website('{part}', 'splitOff')],
    ['a website text with a result', website('{result}', 'directClosed')],
  ])('%s', (_what, good) => {
    expect(check(good)).toEqual([]);
  });

  it('the same template for two events, with the same keys in another order', () => {
    const again = fields({ time4: '{time}', thing2: '正在重新办理' }, 'reworkOrdered');
    expect(check(fields({ thing2: '已受理', time4: '{time}' }), again)).toEqual([]);
  });

  it('an answer on the website that rework and withdrawal take back', () => {
    const back = [
      website('重新办理', 'reworkOrdered'),
      website('重新办理', 'reopened'),
      website('已撤销', 'cancelled'),
    ];
    expect(check(website('已答复', 'answerApproved'), ...back)).toEqual([]);
  });

  it('the district’s own', () => {
    expect(checkFeedback(district.feedback, district)).toEqual([]);
  });
});

describe('bad, named by its path', () => {
  const taking = ['reworkOrdered', 'reopened', 'cancelled'] as const;
  it.each(taking)('an answer on the website that %s leaves there', (event) => {
    const others = taking.filter((other) => other !== event).map((other) => website('另一件', other));
    const rest = [...others, params({ status: '只发短信' }, event)];
    expect(check(website('已答复', 'answerApproved'), ...rest)).toMatchObject([
      { path: 'rules.0.website', problem: expect.stringContaining(event) },
    ]);
  });

  const wechat = 'rules.0.wechat';
  it.each<[string, FeedbackRule, string]>([
    ['a thing over 20 characters', fields({ thing2: '一'.repeat(21) }), `${wechat}.fields.thing2`],
    ['a thing on two lines', fields({ thing2: '已受理\n请等候' }), `${wechat}.fields.thing2`],
    ['a ticket number and three characters', fields({ thing1: '工单号{ticketNo}' }), `${wechat}.fields.thing1`],
    [
      'a unit and too many words',
      fields({ thing3: '您的诉求现已由{department}受理,正在办理中' }),
      `${wechat}.fields.thing3`,
    ],
    ['a deadline and too many words', fields({ thing5: '预计{deadline}前答复' }), `${wechat}.fields.thing5`],
    ['a lawful route in a thing', fields({ thing2: '{route}' }, 'notAccepted'), `${wechat}.fields.thing2`],
    [
      '汉字 in a character_string',
      fields({ character_string1: '工单{ticketNo}' }),
      `${wechat}.fields.character_string1`,
    ],
    [
      'a character_string over 32',
      fields({ character_string1: '{ticketNo}{ticketNo}' }),
      `${wechat}.fields.character_string1`,
    ],
    [
      'a unit in a character_string',
      fields({ character_string1: '{department}' }),
      `${wechat}.fields.character_string1`,
    ],
    ['a phrase of six', fields({ phrase2: '正在重新办理' }), `${wechat}.fields.phrase2`],
    ['letters in a phrase', fields({ phrase2: 'OK' }), `${wechat}.fields.phrase2`],
    ['punctuation in a phrase', fields({ phrase2: '办结!' }), `${wechat}.fields.phrase2`],
    ['a unit in a phrase', fields({ phrase2: '{department}' }), `${wechat}.fields.phrase2`],
    [
      'a result that may be too long for a phrase',
      fields({ phrase2: '{result}' }, 'closed'),
      `${wechat}.fields.phrase2`,
    ],
    ['a ticket number in a number', fields({ number1: '{ticketNo}' }), `${wechat}.fields.number1`],
    ['words in a number', fields({ number1: '三' }), `${wechat}.fields.number1`],
    ['digits in letters', fields({ letter1: '{ticketNo}' }), `${wechat}.fields.letter1`],
    ['words in a time', fields({ time4: '今天' }), `${wechat}.fields.time4`],
    ['words around a time', fields({ time4: '{time}前' }), `${wechat}.fields.time4`],
    ['a unit in a time', fields({ time4: '{department}' }), `${wechat}.fields.time4`],
    ['an ISO time', fields({ time4: '2026-11-23T15:01:00+08:00' }), `${wechat}.fields.time4`],
    ['words in a date', fields({ date4: '三日内' }), `${wechat}.fields.date4`],
    ['a ticket number in a name', fields({ name1: '{ticketNo}' }), `${wechat}.fields.name1`],
    ['a unit and words in a name', fields({ name1: '承办的单位{department}' }), `${wechat}.fields.name1`],
    ['a time in a telephone number', fields({ phone_number1: '{time}' }), `${wechat}.fields.phone_number1`],
    ['six symbols', fields({ symbol1: '!!!!!!' }), `${wechat}.fields.symbol1`],
    ['words for an amount', fields({ amount1: '免费' }), `${wechat}.fields.amount1`],
    ['a licence plate of nine', fields({ car_number1: '鄂L1234567' }), `${wechat}.fields.car_number1`],
    ['a key without a number', fields({ thing: '好' }), `${wechat}.fields.thing`],
    ['a key of an unknown type', fields({ remark1: '好' }), `${wechat}.fields.remark1`],
    ['a key that every object has', fields({ constructor1: '好' }), `${wechat}.fields.constructor1`],
    ['a value of an enumeration', fields({ enum1: '好' }), `${wechat}.fields.enum1`],
    ['an unknown placeholder', fields({ thing2: '{ticketno}' }), `${wechat}.fields.thing2`],
    ['an empty placeholder', fields({ thing2: '{}' }), `${wechat}.fields.thing2`],
    ['a brace alone', fields({ thing2: '{ticketNo' }), `${wechat}.fields.thing2`],
    ['a deadline after the end', fields({ time5: '{deadline}' }, 'closed'), `${wechat}.fields.time5`],
    ['a result before there is one', fields({ thing2: '{result}' }), `${wechat}.fields.thing2`],
    ['a route that isn’t given', website('请{route}'), 'rules.0.website'],
    ['a part of nothing', website('{part}'), 'rules.0.website'],
    ['no field', fields({}), `${wechat}.fields`],
    [
      'six fields',
      fields({ thing1: '一', thing2: '二', thing3: '三', thing4: '四', thing5: '五', thing6: '六' }),
      `${wechat}.fields`,
    ],
    [
      'a page with a slash',
      rule({ wechat: { template: 'a', page: '/index', fields: { thing1: '好' } } }),
      `${wechat}.page`,
    ],
    [
      'a page with an address',
      rule({ wechat: { template: 'a', page: 'https://a.cn', fields: { thing1: '好' } } }),
      `${wechat}.page`,
    ],
    [
      'a page with a unit',
      rule({ wechat: { template: 'a', page: 'i?d={department}', fields: { thing1: '好' } } }),
      `${wechat}.page`,
    ],
    [
      'a page that is a placeholder',
      rule({ wechat: { template: 'a', page: '{ticketNo}', fields: { thing1: '好' } } }),
      `${wechat}.page`,
    ],
    ['an SMS word over 20 characters', params({ status: '一'.repeat(21) }), 'rules.0.sms.params.status'],
    ['an SMS with words around a number', params({ no: '工单号{ticketNo}' }), 'rules.0.sms.params.no'],
    ['an SMS with an address', params({ link: 'https://a.cn' }), 'rules.0.sms.params.link'],
    ['an SMS with a bare domain', params({ link: 'xianan.gov.cn' }), 'rules.0.sms.params.link'],
    ['an SMS with free text', params({ route: '{route}' }, 'notAccepted'), 'rules.0.sms.params.route'],
    ['an SMS with an unknown placeholder', params({ no: '{ticket}' }), 'rules.0.sms.params.no'],
    ['an SMS on two lines', params({ no: '一\n二' }), 'rules.0.sms.params.no'],
    ['no SMS parameter', params({}), 'rules.0.sms.params'],
    [
      'nine SMS parameters',
      params(Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`p${at}`, '好']))),
      'rules.0.sms.params',
    ],
    ['an unknown placeholder on the website', website('{name}您好'), 'rules.0.website'],
    ['a website text that a board won’t take', website('{route}'.repeat(21), 'notAccepted'), 'rules.0.website'],
    ['no channel', rule({}), 'rules.0'],
  ])('%s', (_what, bad, path) => {
    const findings = check(bad);
    expect(findings.map((finding) => finding.path)).toEqual([path]);
    for (const { problem, remedy } of findings) {
      expect(problem).not.toBe('');
      expect(remedy).not.toBe('');
    }
  });

  it('a second rule for an event', () => {
    expect(check(website('一'), website('二')).map(({ path }) => path)).toEqual(['rules.1.event']);
  });

  it('a template that is filled with other keys elsewhere, on each channel', () => {
    const one = rule({ ...fields({ thing2: '一' }), sms: { template: 's', params: { a: '一' } } });
    const other = rule(
      { ...fields({ thing3: '一' }, 'closed'), sms: { template: 's', params: { b: '一' } } },
      'closed',
    );
    expect(check(one, other).map(({ path }) => path)).toEqual(['rules.1.wechat.fields', 'rules.1.sms.params']);
  });

  it('every mistake at once, and the unit that is too long by name', () => {
    const long = { name: '咸安区某某单位', shortName: '一个简称比二十个字还要长的开发区管理委员会' };
    const findings = checkFeedback(
      { source: '测试', results, rules: [fields({ thing3: '{department}', time4: '今天' })] },
      { ...book, departments: [...book.departments, long] },
    );
    expect(findings.map(({ path }) => path)).toEqual(['rules.0.wechat.fields.thing3', 'rules.0.wechat.fields.time4']);
    expect(findings[0]?.problem).toContain(long.shortName);
  });
});

const templates = fc
  .array(
    fc.oneof(fc.constantFrom('{ticketNo}', '{department}', '{time}', '{deadline}'), fc.string({ unit: 'grapheme' })),
  )
  .map((parts) => parts.join(''));
const keys = fc.constantFrom('thing1', 'character_string1', 'phrase1', 'time1', 'name1', 'letter1', 'number1', 'date1');

it('what passes, the platform takes: whatever the text, for every unit', () => {
  const values = { ticketNo: 'XA2026112300000018', time: '2026年10月13日 10:01', deadline: '2026年9月30日 17:30' };
  fc.assert(
    fc.property(keys, templates, (key, text) => {
      if (text.trim() === '' || check(fields({ [key]: text.trim() })).length > 0) return;
      for (const { shortName } of book.departments) {
        const value = fill(text.trim(), { ...values, department: shortName });
        expect(fieldProblem({ [key]: { value } })).toBeUndefined();
      }
    }),
    { numRuns: 2000 },
  );
});

describe('the shape', () => {
  const good = structuredClone(district.feedback) as unknown as Record<string, unknown>;
  const with0 = (changes: object) => ({ ...good, rules: [{ ...(good.rules as object[])[0], ...changes }] });
  it.each<[string, unknown, string]>([
    ['an event that nobody is told of', with0({ event: 'signed' }), 'rules.0.event'],
    ['a notice with blanks', with0({ notice: 'not accepted' }), 'rules.0.notice'],
    ['a channel that isn’t one', with0({ mail: '您好' }), 'rules.0'],
    ['an empty text', with0({ website: ' ' }), 'rules.0.website'],
    [
      'a field that is no text',
      with0({ wechat: { template: 'a', page, fields: { thing1: 1 } } }),
      'rules.0.wechat.fields.thing1',
    ],
    ['a template’s name with a blank', with0({ sms: { template: 'a b', params: {} } }), 'rules.0.sms.template'],
    [
      'a parameter’s name with a dash',
      with0({ sms: { template: 'a', params: { 'a-b': '好' } } }),
      'rules.0.sms.params.a-b',
    ],
    ['no rule at all', { ...good, rules: [] }, 'rules'],
    ['a result without a word', { ...good, results: { ...results, solved: undefined } }, 'results.solved'],
    ['no source', { ...good, source: '' }, 'source'],
  ])('%s', (_what, bad, path) => {
    expect(FeedbackRules.safeParse(bad).error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });

  it('placeholders speak of events that there are', () => {
    for (const name of Object.keys(PLACEHOLDERS) as Placeholder[]) {
      for (const event of PLACEHOLDERS[name]) expect(ToldEvent.options).toContain(event);
    }
  });
});
