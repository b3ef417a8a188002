/**
 * One way of writing for the many in which people write numbers: full-width digits and letters, odd blanks and dashes,
 * invisible characters, a phone number in Chinese numerals. What is found in the plain copy is replaced in the original.
 */

export interface Plain {
  readonly text: string;
  /** For each UTF-16 unit of `text`: where it stands in the original. */
  readonly at: readonly number[];
}

/** Zero-width characters and soft hyphens: nobody sees them, so they part no number. */
const INVISIBLE = /\p{Cf}|\u034f|[\ufe00-\ufe0f]/u;
const BLANK = /[\t\u00a0\u2000-\u200a\u202f\u205f\u3000]/;
const DASH = /[\u2010-\u2015\u2212\u2500\u2e3a\u2e3b\u30fc\uff5e]/;
const DOT = /[\u00b7\u2022\u2027\u2219\u22c5\u30fb\uff65]/;
const NUMERALS = '〇一二三四五六七八九';
/**
 * As short as a telephone number gets; shorter runs are words (一二三). A mobile number ends after eleven: what follows may be a
 * word again (一直打不通).
 */
const SPOKEN =
  /[一幺][ -]?[三四五六七八九](?:[ -]?[零〇幺一二三四五六七八九]){9}|[零〇幺一二三四五六七八九](?:[ -]?[零〇幺一二三四五六七八九]){6,}/g;

/** The same text in plain writing; a dot in the middle (·) becomes a point. */
export function plainOf(original: string): Plain {
  let text = '';
  const at: number[] = [];
  for (let i = 0; i < original.length; i++) {
    const unit = original[i] ?? '';
    if (INVISIBLE.test(unit)) continue;
    text += plainUnit(unit);
    at.push(i);
  }
  return { text: text.replace(SPOKEN, (run) => [...run].map(digitOf).join('')), at };
}

function plainUnit(unit: string): string {
  const code = unit.charCodeAt(0);
  if (BLANK.test(unit)) return ' ';
  if (DASH.test(unit)) return '-';
  if (DOT.test(unit)) return '.';
  return code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - 0xfee0) : unit;
}

function digitOf(numeral: string): string {
  if (/[ -]/.test(numeral)) return numeral;
  if (numeral === '零') return '0';
  return numeral === '幺' ? '1' : String(NUMERALS.indexOf(numeral));
}
