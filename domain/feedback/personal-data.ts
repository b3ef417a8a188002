/**
 * What counts as personal data in a text, and what stays of it. The rules read plain writing (`normalise.ts`). Ordinary
 * numbers stay: amounts, dates, ticket numbers, document numbers, short service numbers, buildings and streets.
 */

/** `some`: what a reader needs to tell two of them apart (138****5678). `nothing`: three stars. */
export type Keep = 'some' | 'nothing';

export interface Rule {
  readonly pattern: RegExp;
  /** What takes the match's place; undefined when it is none. `text` is the whole, in plain writing. */
  mask(match: RegExpMatchArray, keep: Keep, text: string): string | undefined;
}

const STARS = '***';
const digitsIn = (text: string): string => text.replace(/\D/g, '');
const endOf = (match: RegExpMatchArray): number => (match.index ?? 0) + match[0].length;
const isAmount = (match: RegExpMatchArray, text: string): boolean =>
  /^[ ]?[多余]?[十百千万亿]{0,2}元/.test(text.slice(endOf(match), endOf(match) + 6));

/** A rule for something of which the first and the last characters may stay. */
const number = (pattern: RegExp, some: (digits: string) => string): Rule => ({
  pattern,
  mask: (match, keep, text) => {
    if (isAmount(match, text)) return undefined;
    return keep === 'nothing' ? STARS : some(match[0].replace(/[^\dXx]/g, ''));
  },
});

/** What people write between the digits of one number. */
const GAP = '[ .()/_-]{0,3}';
const PREFIX = '(?:(?:\\+|00)?86[ -]?)?';
const joined = (...parts: string[]): string => parts.join('[ .-]{0,2}');
const times = (part: string, count: number): string[] => Array.from({ length: count }, () => part);

/** 居民身份证号 (18): region, birthday, order, check character. The birthday tells it from other long numbers. */
const ID_18 = new RegExp(
  `(?<!\\d)${joined('[1-8]', ...times('\\d', 5), '(?:1[ .-]{0,2}[89]|2[ .-]{0,2}0)', '\\d', '\\d', '(?:0[ .-]{0,2}[1-9]|1[ .-]{0,2}[0-2])', '(?:0[ .-]{0,2}[1-9]|[12][ .-]{0,2}\\d|3[ .-]{0,2}[01])', '\\d', '\\d', '\\d', '[\\dXx]')}(?!\\d)`,
  'g',
);
/** 一代身份证号 (15). */
const ID_15 = /(?<!\d)[1-8]\d{5}[ -]?\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[ -]?\d{3}(?!\d)/g;

/** 手机号 in the groups that people speak in, or with a blank or dash anywhere when no other number stands beside it. */
const MOBILE = new RegExp(
  `(?<!\\d)(${PREFIX})(?:1[3-9]\\d${GAP}\\d{4}${GAP}\\d{4}(?!\\d)|(?<!\\d[ -])1[ -]?[3-9](?:[ -]?\\d){9}(?![ -]?\\d))`,
  'g',
);

/** 银行卡号: 16–19 digits. A first 2 would rather be the year of an order number, 1 and 7–8 are no bank's. */
const CARD =
  /(?<!\d)(?<![A-Za-z][ -]?)[3-69](?:\d{15,18}|\d{3}(?:[ .-]{1,2}\d{4}){3}(?:[ .-]{0,2}\d{1,3})?|\d{5}[ -]\d{10,13})(?!\d)/g;

/** 座机, with its area code, or without one after a word that announces it. */
const LANDLINE = new RegExp(
  `(?<!\\d)(?:0(?:10|2\\d|[3-9]\\d{2})${GAP}[1-9]\\d{2,3}[ -]?\\d{4}|(?<=(?:电话|座机|固话|号码)[是为:, ]{0,3})[2-8]\\d{2,3}[ -]?\\d{4})(?!\\d)`,
  'g',
);
/** An office's line is what an answer is asked for: 咨询电话. */
const OFFICE_LINE =
  /(?:咨询|服务|办公|监督|值班|受理|投诉|举报|客服|热线|公开)(?:电话|热线|专线|号码)?[是为:, ()]{0,3}$/;

/** 车牌号, new-energy plates included; at least three of its characters are digits. */
const PLATE =
  /([京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新][ .-]{0,2}[A-Z])[ .-]{0,2}([A-Z\d]{5,6}|[A-Z\d](?:[ .-]?[A-Z\d]){4}|[A-Z\d]{4}[学警挂港澳])(?![A-Z\d])/gi;

const EMAIL = /(?<![\w.%+-])[\w.%+-]{1,64}(@[A-Z\d-]{1,63}(?:\.[A-Z\d-]{1,63}){1,4})/gi;
/** 微信号、QQ号 after the word for it; the hotline's own number is no person's. */
const CHAT =
  /(?<=(?<![A-Z])(?:微信|薇信|威信|wechat|weixin|v信|vx|wx|扣扣|qq)(?:号码|号|群|id)?[ 是为:]{0,3})(?!12345(?!\d))(?:[A-Z][\w-]{5,19}|\d{5,12})(?![\w-])/gi;

/** 护照、通行证 and other papers of a person, after the word for them. */
const PAPER =
  /(?<=(?:护照|通行证|台胞证|回乡证|军官证|士兵证|居住证|居留证|驾驶证|社保卡|医保卡|残疾证|低保证|退伍证)(?:的?号码|的?编号|号)?[ 是为:]{0,3})[A-Z]{0,3}\d{6,18}[A-Z]?(?![A-Z\d])/gi;

/** 几栋、几号楼、几单元、A 座: a building is no household yet. */
const N = '[\\dA-Za-z零〇一二三四五六七八九十甲乙丙丁]{1,4}';
const BUILDING = `(?:${N} ?(?:栋|幢|座|号楼|单元)[ ,-]?)`;
const NO_MEASURE =
  '(?![\\d零〇一二三四五六七八九十]| ?(?:户|人|元|年|月|日|个|名|平|米|万|亿|天|次|辆|家|台|套|层|楼|栋|幢|座|号|单元|%|\\.\\d))';
const ROOM = '[A-Za-z]?[\\d零〇一二三四五六七八九十]{2,4}(?:-\\d{1,2})?';
const SUFFIX = ' ?(?:室|号房|房(?![屋产子租地价东管款源贷型]))';
/** Of a room in a building; elsewhere a number with 号 is a street's. */
const DOOR = ' ?号(?![楼线路文院])';
/** 门牌号 down to the room: in a building, after dashes, or a room alone. */
const HOUSEHOLD = new RegExp(
  `(?<![\\dA-Za-z])(?:${BUILDING}{1,3}(?:${N} ?[楼层] ?)?(?:[A-Za-z]?\\d{3,4}${DOOR}|${ROOM}(?:${SUFFIX}|${NO_MEASURE}))|\\d{1,3}(?:-\\d{1,2})?-\\d{3,4}${SUFFIX}|(?<!-|第|编号:?)\\d{1,2}(?:-|#-?)\\d{1,2}-(?!(?:19|20)\\d\\d)\\d{3,4}(?!-)(?:${DOOR}|${NO_MEASURE})|${ROOM}${SUFFIX})`,
  'g',
);
/** Where one works, not where one lives: 政务服务中心 3 楼 302 室. */
const OFFICE_PLACE = new RegExp(
  `(?:中心|大厅|局|委|办|所|站|厅|处|政府|公司|大楼|办公楼|综合楼|窗口|法院|检察院|医院|卫生院|学校|中学|小学|大学|银行)(?:${N} ?[楼层座栋幢] ?|${N} ?号楼 ?){0,2}$`,
);
/** 某村 3 组 12 号: in a village that is one family's door. */
const GROUP_DOOR =
  /((?:\d{1,2}|[一二三四五六七八九十]{1,3}) ?(?:组|小组|队) ?)[\d零〇一二三四五六七八九十百]{1,5} ?号(?!楼|线|路|文|院)/g;

/** In this order: what is longer and surer goes first. */
export const RULES: readonly Rule[] = [
  { pattern: EMAIL, mask: (match, keep) => (keep === 'nothing' ? STARS : `${STARS}${match[1] ?? ''}`) },
  { pattern: CHAT, mask: () => STARS },
  { pattern: PAPER, mask: () => STARS },
  number(ID_18, (id) => `${id.slice(0, 4)}***********${id.slice(-3)}`),
  number(ID_15, (id) => `${id.slice(0, 4)}*********${id.slice(-2)}`),
  {
    pattern: MOBILE,
    mask: (match, keep, text) => {
      if (isAmount(match, text)) return undefined;
      const digits = digitsIn(match[0]).slice(-11);
      return keep === 'nothing' ? STARS : `${match[1] ?? ''}${digits.slice(0, 3)}****${digits.slice(7)}`;
    },
  },
  number(CARD, (card) => `${card.slice(0, 4)}****${card.slice(-4)}`),
  {
    pattern: LANDLINE,
    mask: (match, keep, text) => {
      if (isAmount(match, text)) return undefined;
      if (keep === 'nothing') return STARS;
      const start = match.index ?? 0;
      if (OFFICE_LINE.test(text.slice(Math.max(0, start - 12), start))) return undefined;
      const digits = digitsIn(match[0]);
      const area = /^0(?:10|2\d|\d{3})/.exec(digits)?.[0] ?? '';
      return `${area}****${digits.slice(-3)}`;
    },
  },
  {
    pattern: PLATE,
    mask: (match) => {
      const [, place = '', serial = ''] = match;
      if (digitsIn(serial).length < 3) return undefined;
      return `${place.replace(/[ .-]/g, '').toUpperCase()}***${serial.replace(/[ .-]/g, '').slice(-2).toUpperCase()}`;
    },
  },
  {
    pattern: HOUSEHOLD,
    mask: (match, _keep, text) => {
      const start = match.index ?? 0;
      if (OFFICE_PLACE.test(text.slice(Math.max(0, start - 24), start))) return undefined;
      return `${STARS}${/(?:室|号房|房|号)$/.exec(match[0])?.[0] ?? ''}`;
    },
  },
  { pattern: GROUP_DOOR, mask: (match) => `${match[1] ?? ''}${STARS}号` },
];
