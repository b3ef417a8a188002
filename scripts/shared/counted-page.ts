/** The part of a Markdown page that a command writes, between two marks. */
const endMark = '<!-- /counted -->';

/** @throws Error for a page without the marks of this command */
export function withCounted(page: string, command: string, text: string): string {
  const beginMark = `<!-- counted: npm run ${command} -->`;
  const from = page.indexOf(beginMark);
  const to = page.indexOf(endMark);
  if (from < 0 || to < from) throw new Error(`the page has no counted part of npm run ${command}`);
  return `${page.slice(0, from + beginMark.length)}\n${text}\n${page.slice(to)}`;
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The first column to the left, the others, which are numbers, to the right. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rows].map(row).join('\n');

export const figure = (value: number): string =>
  (Number.isInteger(value) ? value : Number(value.toFixed(1))).toLocaleString('en-US');

/** Dollars with two digits that count, and whole ones from a hundred on. */
export const money = (value: number): string =>
  value >= 100 ? `$${Math.round(value).toLocaleString('en-US')}` : `$${value.toPrecision(2)}`;
