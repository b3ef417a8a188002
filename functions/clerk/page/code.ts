/** 办理码 as it comes: behind the # of a link, or typed from a short message. Pure. */

const CODE = /^[0-9A-HJKMNP-TV-Z]{20}$/;
export const CODE_LENGTH = 20;

/** Without blanks and dashes, in capitals; what looks like another character becomes it (O is 0, I and L are 1). */
export const tidyCode = (typed: string): string =>
  typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');

export const isCode = (text: string): boolean => CODE.test(text);
