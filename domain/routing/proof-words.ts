/**
 * Items of a list that can match nothing: a spreadsheet's user separates by 、 or , or a line break, and then the whole cell is
 * one word that no citizen writes. Nothing else would notice, because the other words of the row still work.
 */
import type { CatalogueRow, DecidingAttribute } from '#schemas/district.ts';
import { normalise } from '../catalogue/phrases.ts';
import type { Finding } from './proof.ts';

/** Longer than any word that two people write alike. */
const LONGEST = 15;
/** Blanks and slashes separate only between 汉字: `ETC 收费` and `24/7` are words. */
const SEPARATOR = /[|｜、,，;；\r\n\t]|…|\.{3}|(?<=\p{Script=Han})[\s/／]+(?=\p{Script=Han})/u;
const ALL_SEPARATORS = new RegExp(`(?:${SEPARATOR.source})+`, 'u');
/** Of a long item, enough to find it. */
const SHOWN = 16;

export interface WordFault {
  readonly problem: string;
  readonly remedy: string;
}

/** Why an item of a list can't be a word; undefined when it can. */
export function wordFault(item: string): WordFault | undefined {
  const quoted = `「${item.length > SHOWN ? `${item.slice(0, SHOWN)}……` : item}」`;
  const separator = SEPARATOR.exec(item)?.[0];
  if (separator !== undefined) {
    const parts = item.split(ALL_SEPARATORS).map((part) => part.trim());
    const better = parts.filter((part) => part !== '');
    const example = better.slice(0, 3).join('|') + (better.length > 3 ? '|……' : '');
    return {
      problem: `${quoted}里有${named(separator)},整项算一个词,永远对不上群众的话`,
      remedy: `多项用英文竖线 | 隔开,写作 ${example}`,
    };
  }
  const length = [...normalise(item)].length;
  if (length < 2) return { problem: `${quoted}不足两个字(空格不算)`, remedy: '至少写两个字,或删去这一项' };
  if (length <= LONGEST) return undefined;
  return {
    problem: `${quoted}有 ${length} 个字,没有人会一字不差地这样说`,
    remedy: `拆成几个短的说法,用英文竖线 | 隔开,每项至多 ${LONGEST} 个字`,
  };
}

function named(separator: string): string {
  if (/[\r\n]/.test(separator)) return '换行';
  return separator.trim() === '' ? '空格' : `「${separator.trim()}」`;
}

export function proveRowWords(rows: readonly CatalogueRow[]): Finding[] {
  return rows.flatMap((row, position) =>
    (['keywords', 'attributes'] as const).flatMap((column) => faults(row[column], position, column)),
  );
}

export function proveAttributeWords(attributes: readonly DecidingAttribute[]): Finding[] {
  return attributes.flatMap(({ words }, position) => faults(words, position, 'words'));
}

const faults = (items: readonly string[], row: number, column: string): Finding[] =>
  items.flatMap((item) => {
    const fault = wordFault(item);
    return fault === undefined ? [] : [{ row, column, ...fault }];
  });
