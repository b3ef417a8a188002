/** 订阅消息参数限制: WeChat refuses a whole message (47003) for one value over its limit, so values are made to fit by key. */

/** A template's keys are a word and a number, e.g. `thing2`; the word decides what the value may be. */
const LIMITS = {
  thing: (value: string) => cut(value, 20),
  character_string: (value: string) => cutHard(value.replace(/[^\x20-\x7e]/g, ''), 32) || '-',
  phrase: (value: string) => cutHard(value.replace(/[^\p{Script=Han}]/gu, ''), 5) || '无',
  name: (value: string) => (/\p{Script=Han}/u.test(value) ? cutHard(value, 10) : cutHard(value, 20)),
  phone_number: (value: string) => cutHard(value.replace(/[^\d+\-() ]/g, ''), 17) || '-',
  number: (value: string) => cutHard(value, 32),
  letter: (value: string) => cutHard(value.replace(/[^A-Za-z]/g, ''), 32) || '-',
  symbol: (value: string) => cutHard(value, 5),
  time: (value: string) => value,
  date: (value: string) => value,
} as const satisfies Record<string, (value: string) => string>;

/** Throws RangeError for a key that no template can have: a fault of ours, found by tests. */
export function fitField(key: string, value: string): string {
  const prefix = /^([a-z_]+?)\d+$/.exec(key)?.[1];
  if (prefix === undefined || !(prefix in LIMITS)) throw new RangeError('not a key of a subscribe message');
  const fitted = LIMITS[prefix as keyof typeof LIMITS](value.trim());
  // An empty value fails like one that is too long.
  return fitted === '' ? '-' : fitted;
}

/** The fields of our three templates, in the order in which they are applied for (docs: 订阅消息模板). */
export function messageData(message: {
  ticketNo: string;
  status: string;
  department: string;
  time: string;
}): Record<string, { value: string }> {
  const fields = {
    character_string1: message.ticketNo,
    thing2: message.status,
    thing3: message.department,
    time4: message.time,
  };
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, { value: fitField(key, value) }]));
}

/** By characters, not UTF-16 units: half an ideograph is no text. */
const cutHard = (value: string, max: number): string => [...value].slice(0, max).join('');
const cut = (value: string, max: number): string => ([...value].length <= max ? value : `${cutHard(value, max - 1)}…`);

/** A template parameter of an SMS: short, never empty. */
export const smsParameter = (value: string): string => cut(value.trim(), 20) || '-';
