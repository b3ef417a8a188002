/**
 * 订阅消息参数限制: what WeChat lets a field hold, by the word in its key (`thing2` → `thing`). WeChat refuses the whole message
 * (47003) for one value, so rules are checked against this when the district is compiled, and values are made to fit by it
 * when they are sent. Source: 发送订阅消息, 订阅消息参数值内容限制说明. `enum` fields are left out: only the account knows theirs.
 */

interface FieldType {
  /** The limit in the clerk's words. */
  readonly limit: string;
  /** For a value that is neither empty nor padded. */
  holds(value: string): boolean;
  fit(value: string): string;
}

/** By characters, not UTF-16 units: half an ideograph is no text. */
const characters = (value: string): number => [...value].length;
const cutHard = (value: string, max: number): string => [...value].slice(0, max).join('');
export const cut = (value: string, max: number): string =>
  characters(value) <= max ? value : `${cutHard(value, max - 1)}…`;

/** Two points in time may be joined by `~`. */
const DAY = '\\d{4}年\\d{1,2}月\\d{1,2}日';
const CLOCK = '([01]?\\d|2[0-3]):[0-5]\\d(:[0-5]\\d)?';
const period = (point: string): RegExp => new RegExp(`^${point}(~${point})?$`);
const TIME = period(`(${DAY} ?)?${CLOCK}`);
const DATE = period(`${DAY}( ?${CLOCK})?`);

const isHan = (value: string): boolean => /\p{Script=Han}/u.test(value);
/** A name with one ideograph in it counts as Chinese. */
const nameMax = (value: string): number => (isHan(value) ? 10 : 20);

/** Every character of its kind, `max` of them; what is of another kind is left out to make a value fit. */
function only(limit: string, kind: string, max: number): FieldType {
  const all = new RegExp(`^[${kind}]+$`, 'u');
  const others = new RegExp(`[^${kind}]`, 'gu');
  return {
    limit,
    holds: (value) => characters(value) <= max && all.test(value),
    fit: (value) => cutHard(value.replace(others, ''), max),
  };
}

const TYPES = {
  thing: {
    limit: '20 个字以内,不能换行',
    holds: (value) => characters(value) <= 20 && !/\p{Cc}/u.test(value),
    fit: (value) => cut(value.replace(/\p{Cc}+/gu, ' '), 20),
  },
  character_string: only('32 个以内的数字、字母或符号,不能有汉字', '\\x20-\\x7e', 32),
  letter: only('32 个以内的字母', 'A-Za-z', 32),
  symbol: only('5 个以内的符号', '\\p{P}\\p{S}', 5),
  phrase: only('5 个以内的汉字', '\\p{Script=Han}', 5),
  phone_number: only('17 位以内的数字和 + - ( )', '\\d+\\-() ', 17),
  number: {
    limit: '32 位以内的数字,可带小数',
    holds: (value) => characters(value) <= 32 && /^-?\d+(\.\d+)?$/.test(value),
    fit: (value) => cutHard(value, 32),
  },
  amount: {
    limit: '一个货币符号加 10 位以内数字,可带小数,可以「元」结尾',
    holds: (value) => /^[¥￥$€£]?\d{1,10}(\.\d+)?元?$/.test(value),
    fit: (value) => value,
  },
  name: {
    limit: '10 个以内的汉字或 20 个以内的字母,不能有数字',
    holds: (value) => characters(value) <= nameMax(value) && !/[\d\p{Cc}]/u.test(value),
    fit: (value) => {
      const letters = value.replace(/[\d\p{Cc}]/gu, '');
      return cutHard(letters, nameMax(letters));
    },
  },
  car_number: {
    limit: '8 位以内,首尾可为汉字,其余为字母或数字',
    holds: (value) =>
      characters(value) <= 8 && /^[\p{Script=Han}A-Za-z\d][A-Za-z\d]*[\p{Script=Han}A-Za-z\d]$/u.test(value),
    fit: (value) => cutHard(value, 8),
  },
  time: { limit: '时间,如 15:01 或 2026年11月23日 15:01', holds: (value) => TIME.test(value), fit: (value) => value },
  date: {
    limit: '日期,如 2026年11月23日 或 2026年11月23日 15:01',
    holds: (value) => DATE.test(value),
    fit: (value) => value,
  },
} as const satisfies Record<string, FieldType>;

export const FIELD_TYPES: readonly string[] = Object.keys(TYPES);

/** A template's keys are a word and a number. */
function typeOf(key: string): FieldType | undefined {
  const word = /^([a-z_]+?)\d{1,3}$/.exec(key)?.[1];
  return word !== undefined && Object.hasOwn(TYPES, word) ? TYPES[word as keyof typeof TYPES] : undefined;
}

export const isFieldKey = (key: string): boolean => typeOf(key) !== undefined;

/** The limit that the value breaks; undefined when the platform takes it. Throws RangeError for a key of no known type. */
export function brokenLimit(key: string, value: string): string | undefined {
  const type = known(key);
  if (value.trim() === '') return `不能为空,${type.limit}`;
  return type.holds(value) ? undefined : type.limit;
}

/** The last guard before sending. Throws RangeError for a key of no known type: the compiled district has none. */
export function fitField(key: string, value: string): string {
  // An empty value fails like one that is too long.
  return known(key).fit(value.trim()).trim() || (key.startsWith('phrase') ? '无' : '-');
}

function known(key: string): FieldType {
  const type = typeOf(key);
  if (type === undefined) throw new RangeError('not a key of a subscribe message');
  return type;
}
