/**
 * 脱敏: personal data is taken out of a text before others read it: neighbours on the message board, or a department that
 * must not know who asked. What counts as personal data stands in `personal-data.ts`.
 */
import { plainOf } from './normalise.ts';
import { type Keep, RULES, type Rule } from './personal-data.ts';

/**
 * `names`: people who are known to be private here, e.g. the one who asked. `keep`: whether enough stays to tell two numbers
 * apart. Masking what is masked changes nothing.
 */
export function maskPersonalData(
  text: string,
  names: readonly (string | undefined)[] = [],
  keep: Keep = 'some',
): string {
  return applyRules(
    text,
    [...names.flatMap((name) => (name === undefined ? [] : nameRule(name, maskName(name)))), ...RULES],
    keep,
  );
}

/** Until nothing is found any more: what is left of two numbers may look like a third one. */
export function applyRules(text: string, rules: readonly Rule[], keep: Keep): string {
  for (let before = text; ; ) {
    const after = rules.reduce((now, rule) => applyRule(now, rule, keep), before);
    if (after === before) return after;
    before = after;
  }
}

function applyRule(original: string, { pattern, mask }: Rule, keep: Keep): string {
  const plain = plainOf(original);
  let result = '';
  let copied = 0;
  for (const match of plain.text.matchAll(pattern)) {
    const replacement = match[0] === '' ? undefined : mask(match, keep, plain.text);
    if (replacement === undefined) continue;
    const first = plain.at[match.index] ?? 0;
    const last = plain.at[match.index + match[0].length - 1] ?? first;
    result += original.slice(copied, first) + replacement;
    copied = last + 1;
  }
  return result + original.slice(copied);
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** Finds a name also with blanks or dots between its characters; a name of one character would find half the language. */
export function nameRule(name: string, replacement: string): Rule[] {
  const characters = [...plainOf(name).text].filter((character) => !/[ .*]/.test(character));
  if (characters.length < 2) return [];
  const body = characters.map(escaped).join('[ .]{0,2}');
  // 李 is a word wherever it stands; Li is one only between letters of another kind.
  const source = /^[A-Z]/i.test(characters[0] ?? '') ? `(?<![A-Z])${body}(?![A-Z])` : body;
  return [{ pattern: new RegExp(source, 'gi'), mask: () => replacement }];
}

/** 张三 → 张**: two stars whatever the length, so that the length tells nothing. */
export function maskName(name: string): string {
  const [first = ''] = name.trim();
  return `${first}**`;
}
