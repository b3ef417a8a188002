/**
 * 脱敏: personal data is taken out of an answer before it goes to the message board, where neighbours read along. Landlines and
 * office addresses stay, because an answer needs them. Rules: 138****1234, 张**, the middle of an ID number, a number plate.
 */

/** 手机号, with or without +86 and separators. */
const MOBILE = /(?<!\d)((?:\+?86[- ]?)?1[3-9]\d)[- ]?\d{4}[- ]?(\d{4})(?!\d)/g;
/** 居民身份证号 (18): region, birthday, order, check character. The birthday tells it from other long numbers. */
const ID_18 =
  /(?<![\dA-Za-z])(\d{4})\d{2}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{1}(\d{2}[\dXx])(?![\dA-Za-z])/g;
/** 一代身份证号 (15). */
const ID_15 = /(?<![\dA-Za-z])(\d{4})\d{4}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{1}(\d{2})(?![\dA-Za-z])/g;
/** 车牌号, new-energy plates included. */
const PLATE =
  /([京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新][A-HJ-NP-Z])[·. ]?[A-HJ-NP-Z0-9]{3,4}([A-HJ-NP-Z0-9]{2})(?![A-Za-z0-9])/g;

/** `names`: people who are known to be private here, e.g. the one who asked. */
export function maskPersonalData(text: string, names: readonly (string | undefined)[] = []): string {
  let masked = text
    .replace(ID_18, '$1***********$2')
    .replace(ID_15, '$1*********$2')
    .replace(MOBILE, '$1****$2')
    .replace(PLATE, '$1***$2');
  for (const name of names) {
    if (name !== undefined && [...name].length >= 2) masked = masked.replaceAll(name, maskName(name));
  }
  return masked;
}

/** 张三 → 张**: two stars whatever the length, so that the length tells nothing. */
export function maskName(name: string): string {
  const [first = ''] = name.trim();
  return `${first}**`;
}
