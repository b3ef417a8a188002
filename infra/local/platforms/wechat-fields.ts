/** Limits of a subscribe message's fields (订阅消息参数限制), by key prefix, as WeChat documents them. */

const CJK = /\p{Script=Han}/u;
const characters = (text: string) => [...text].length;
const TIME = /^(\d{4}年\d{1,2}月\d{1,2}日 ?)?([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/;
const DATE = /^\d{4}年\d{1,2}月\d{1,2}日( ?([01]?\d|2[0-3]):[0-5]\d)?$/;

/** prefix → whether a non-empty value is allowed. */
const RULES: Record<string, (value: string) => boolean> = {
  thing: (v) => characters(v) <= 20,
  number: (v) => characters(v) <= 32 && /^-?\d+(\.\d+)?$/.test(v),
  letter: (v) => characters(v) <= 32 && /^[A-Za-z]+$/.test(v),
  symbol: (v) => characters(v) <= 5 && /^[\p{P}\p{S}]+$/u.test(v),
  character_string: (v) => characters(v) <= 32 && !CJK.test(v),
  time: (v) => TIME.test(v) || DATE.test(v),
  date: (v) => DATE.test(v),
  amount: (v) => /^[¥$€]?\d{1,10}(\.\d+)?元?$/.test(v),
  phone_number: (v) => characters(v) <= 17 && /^[\d+\-() ]+$/.test(v),
  car_number: (v) => characters(v) <= 8,
  name: (v) => (CJK.test(v) ? characters(v) <= 10 : characters(v) <= 20) && !/[\d]/.test(v),
  phrase: (v) => characters(v) <= 5 && /^\p{Script=Han}+$/u.test(v),
};

/** The first field that breaks its limit, in WeChat's wording (`data.thing1.value invalid`), or undefined. */
export function fieldProblem(data: Record<string, { value: string }>): string | undefined {
  const fields = Object.entries(data);
  if (fields.length === 0) return 'data is empty';
  for (const [key, { value }] of fields) {
    const rule = RULES[key.replace(/\d+$/, '')];
    if (!rule || !/\d$/.test(key)) return `data.${key} is not defined`;
    if (value.trim() === '') return `data.${key}.value is empty`;
    if (!rule(value)) return `data.${key}.value invalid`;
  }
  return undefined;
}
