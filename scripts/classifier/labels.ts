/**
 * What may be a label. Labels are printed and kept in a model's files; under a wrong --label they would be citizens' words,
 * names or numbers. Short, few digits, no sentence: that keeps most of them out. What only one message has is never printed.
 */
const CODE = /^\d{1,6}$|^\d{1,2}(?:[.-]\d{1,2}){1,2}$/;
/** Letters of any script, and what stands between the words of a name: 市容环卫、占道、违建. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ·、/()()&_.-]*$/u;
const LONGEST = 20;
/** A plate has five; a door two to four, so a name with more than three is looked upon as an address. */
const MOST_DIGITS = 3;
const SPOKEN_NUMBER = /[〇零一二三四五六七八九]{5}/;

export const isCode = (label: string): boolean => CODE.test(label);

/** Why it is no label; undefined when it is one. Never quotes it. */
export function labelFault(label: string): string | undefined {
  if (isCode(label)) return undefined;
  if ([...label].length > LONGEST) return `is no label: longer than ${LONGEST} characters`;
  if ((label.match(/\p{Nd}/gu) ?? []).length > MOST_DIGITS || SPOKEN_NUMBER.test(label)) {
    return 'is no label: too many digits';
  }
  return NAME.test(label) ? undefined : 'is no label: a code or a short name, without signs of a sentence';
}

const MOST_LINES = 20;

/** `lines 3, 9, …`: where something stands that is not to be repeated. */
export function describeLines(lines: readonly number[]): string {
  const more = lines.length > MOST_LINES ? ` and ${lines.length - MOST_LINES} more` : '';
  return `lines ${lines.slice(0, MOST_LINES).join(', ')}${more}`;
}
