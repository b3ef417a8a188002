/** 办理码 as it comes: behind the # of a link, or typed from a short message. */

const CODE = /^[0-9A-HJKMNP-TV-Z]{20}$/;
export const CODE_LENGTH = 20;

/** Without blanks and dashes, in capitals; what looks like another character becomes it (O is 0, I and L are 1). */
export const tidyCode = (typed: string): string =>
  typed.toUpperCase().replace(/[\s-]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');

export const isCode = (text: string): boolean => CODE.test(text);

/** Takes the code out of the address bar, so that it stays neither on the screen nor in the history of the browser. */
export function takeCodeFromAddress(): string | undefined {
  const given = location.hash.slice(1);
  if (given === '') return undefined;
  history.replaceState(null, '', location.pathname + location.search);
  return tidyCode(given);
}
