/**
 * The proof of a district's feedback rules: whatever ticket and unit, each value that a rule can make is one that the
 * channel takes. So a mistake is the clerk's while writing, not the citizen's while waiting. It tries every combination of
 * what the placeholders can stand for; a few hundred a text.
 */
import type { Department } from '#schemas/district.ts';
import type { FeedbackRule, FeedbackRules, SmsRule, SubscribeMessageRule, ToldEvent } from '#schemas/feedback.ts';
import { brokenSmsLimit } from './sms-params.ts';
import { fill, isPlaceholder, namesIn, PLACEHOLDERS, type Placeholder, type Values } from './template.ts';
import { brokenLimit, FIELD_TYPES, isFieldKey } from './wechat-fields.ts';

export interface RuleFinding {
  /** Inside the file, e.g. `rules.0.wechat.fields.thing2`. */
  readonly path: string;
  readonly problem: string;
  readonly remedy: string;
}

export interface RuleBook {
  readonly ticketPrefix: string;
  readonly departments: readonly Pick<Department, 'name' | 'shortName'>[];
}

/** 订阅消息模板关键词: what one template may have. */
const MAX_FIELDS = 5;
const MAX_PARAMS = 8;
/** Longest text that a board takes. */
const MAX_REPLY = 2000;
/** Of a lawful route, as the desk may write it. */
const MAX_ROUTE = 100;
/** No leading slash; a placeholder only behind the question mark. */
const PAGE = /^[\w-]+(\/[\w-]+)*(\?[\w=&{}-]*)?$/;

type Add = (path: string, problem: string, remedy: string) => void;
type Samples = Readonly<Record<Placeholder, readonly string[]>>;

export function checkFeedback(feedback: FeedbackRules, book: RuleBook): RuleFinding[] {
  const findings: RuleFinding[] = [];
  const add: Add = (path, problem, remedy) => findings.push({ path, problem, remedy });
  const short = samples(feedback, book, 'shortName');
  const full = samples(feedback, book, 'name');
  const seen = new Map<ToldEvent, number>();
  for (const [at, rule] of feedback.rules.entries()) {
    const path = `rules.${at}`;
    const earlier = seen.get(rule.event);
    if (earlier !== undefined)
      add(`${path}.event`, `${rule.event} 已有规则(第 ${earlier + 1} 条)`, '每个事件只能有一条规则');
    else seen.set(rule.event, at);
    if (rule.wechat === undefined && rule.sms === undefined && rule.website === undefined) {
      add(path, '没有写任何渠道', '写 wechat、sms、website 中的至少一项,或删去这条规则');
    }
    if (rule.wechat !== undefined) checkWechat(rule.event, rule.wechat, short, under(add, `${path}.wechat`));
    if (rule.sms !== undefined) checkSms(rule.event, rule.sms, short, under(add, `${path}.sms`));
    if (rule.website !== undefined) {
      checkText(rule.event, rule.website, full, under(add, `${path}.website`), tooLong);
    }
  }
  checkTakenBack(feedback.rules, add);
  checkSameKeys(feedback.rules, 'wechat', add);
  checkSameKeys(feedback.rules, 'sms', add);
  return findings;
}

/** What shows an answer on the board, and what ends its hold. */
const ENDS_OF: readonly [answered: ToldEvent, ends: readonly ToldEvent[]][] = [
  ['answerApproved', ['reworkOrdered', 'reopened', 'cancelled']],
  ['answeredByMain', ['reworkedByMain']],
];

/** A published answer stays on the board until a newer version takes it back: what ends its hold has to tell the board too. */
function checkTakenBack(rules: FeedbackRules['rules'], add: Add): void {
  const onBoard = (event: ToldEvent) => rules.findIndex((rule) => rule.event === event && rule.website !== undefined);
  for (const [answered, ends] of ENDS_OF) {
    const shown = onBoard(answered);
    if (shown === -1) continue;
    for (const event of ends) {
      if (onBoard(event) === -1) {
        add(`rules.${shown}.website`, `${event} 时不告知网站,旧答复会一直公开`, `给 ${event} 也写 website`);
      }
    }
  }
}

const under =
  (add: Add, path: string): Add =>
  (rest, problem, remedy) =>
    add(rest === '' ? path : `${path}.${rest}`, problem, remedy);

const tooLong = (value: string): string | undefined =>
  [...value].length > MAX_REPLY ? `${MAX_REPLY} 个字以内` : undefined;

function checkWechat(event: ToldEvent, rule: SubscribeMessageRule, book: Samples, add: Add): void {
  const keys = Object.entries(rule.fields);
  if (keys.length === 0 || keys.length > MAX_FIELDS) {
    add('fields', `有 ${keys.length} 个字段`, `订阅消息模板有 1 至 ${MAX_FIELDS} 个字段`);
  }
  for (const [key, template] of keys) {
    const here = under(add, `fields.${key}`);
    if (!isFieldKey(key))
      here('', `不认识的字段「${key}」`, `写作类型加序号,如 thing2;类型有 ${FIELD_TYPES.join('、')}`);
    else checkText(event, template, book, here, (value) => brokenLimit(key, value));
  }
  checkPage(rule.page, under(add, 'page'));
}

function checkPage(page: string, add: Add): void {
  if (namesIn(page).some((name) => name !== 'ticketNo')) {
    add('', `页面「${page}」只能带 {ticketNo}`, '如 pages/ticket/detail?ticketNo={ticketNo}');
  } else if (!PAGE.test(page) || page.split('?')[0]?.includes('{')) {
    add('', `页面「${page}」写法不对`, '小程序内的路径,不以 / 开头,如 pages/ticket/detail?ticketNo={ticketNo}');
  }
}

function checkSms(event: ToldEvent, rule: SmsRule, book: Samples, add: Add): void {
  const params = Object.entries(rule.params);
  if (params.length === 0 || params.length > MAX_PARAMS) {
    add('params', `有 ${params.length} 个变量`, `短信模板写 1 至 ${MAX_PARAMS} 个变量`);
  }
  for (const [name, template] of params) {
    checkText(event, template, book, under(add, `params.${name}`), brokenSmsLimit);
  }
}

/** Its placeholders, and then, if they are right, every value that it can have. */
function checkText(
  event: ToldEvent,
  template: string,
  book: Samples,
  add: Add,
  broken: (value: string) => string | undefined,
): void {
  const names = new Set(namesIn(template));
  let right = true;
  for (const name of names) {
    if (!isPlaceholder(name)) {
      add('', `不认识的占位符「{${name}}」`, `可用 ${Object.keys(PLACEHOLDERS).join('、')},写在花括号里`);
      right = false;
    } else if (!events(name).includes(event)) {
      add('', `事件 ${event} 没有 {${name}}`, `只在 ${events(name).join('、')} 时有值,换一种写法`);
      right = false;
    }
  }
  if (!right) return;
  // The longest one shows best what is wrong.
  const worst = combinations([...names].filter(isPlaceholder), book)
    .map((values) => fill(template, values))
    .filter((value) => broken(value) !== undefined)
    .toSorted((a, b) => b.length - a.length)[0];
  if (worst === undefined) return;
  const shown = worst.length > 40 ? `${[...worst].slice(0, 40).join('')}…` : worst;
  add('', `「${shown}」(${[...worst].length} 个字)不合要求:${broken(worst)}`, '改短文字,或换字段、换占位符');
}

const events = (name: Placeholder): readonly ToldEvent[] => PLACEHOLDERS[name];

function combinations(names: readonly Placeholder[], book: Samples): Values[] {
  return names.reduce<Values[]>(
    (all, name) => all.flatMap((values) => book[name].map((value) => ({ ...values, [name]: value }))),
    [{}],
  );
}

/** What each placeholder can stand for, or what is the most awkward of it. */
function samples(feedback: FeedbackRules, book: RuleBook, department: 'name' | 'shortName'): Samples {
  const times = ['2026年12月31日 17:30', '2026年1月1日 09:05'];
  return {
    ticketNo: [`${book.ticketPrefix}2026112300000018`],
    department: book.departments.map((unit) => unit[department]),
    time: times,
    deadline: times,
    result: Object.values(feedback.results),
    route: ['途'.repeat(MAX_ROUTE)],
    part: [`${book.ticketPrefix}2026112300000026`],
  };
}

/** One template has one set of keys, whichever rule fills them. */
function checkSameKeys(rules: readonly FeedbackRule[], channel: 'wechat' | 'sms', add: Add): void {
  const first = new Map<string, { at: number; keys: string }>();
  for (const [at, rule] of rules.entries()) {
    const part = channel === 'wechat' ? rule.wechat?.fields : rule.sms?.params;
    const template = rule[channel]?.template;
    if (part === undefined || template === undefined) continue;
    const keys = Object.keys(part).toSorted().join('、');
    const earlier = first.get(template);
    if (earlier === undefined) first.set(template, { at, keys });
    else if (earlier.keys !== keys) {
      const path = `rules.${at}.${channel}.${channel === 'wechat' ? 'fields' : 'params'}`;
      add(
        path,
        `模板 ${template} 在第 ${earlier.at + 1} 条写的是 ${earlier.keys},这里是 ${keys}`,
        '同一模板的字段应一致',
      );
    }
  }
}
