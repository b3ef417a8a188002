/** Crockford's base32: codes that people read out on the phone and type from a short message. No I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The first 5 × `length` bits. @throws RangeError when there are fewer */
export function crockford(bytes: Uint8Array, length: number): string {
  if (bytes.length * 8 < length * 5) throw new RangeError('too few bits for a code of this length');
  let code = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5 && code.length < length) {
      bits -= 5;
      code += ALPHABET[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
    if (code.length === length) break;
  }
  return code;
}

/** A code as somebody typed it: Crockford's look-alikes folded, case, blanks and dashes ignored. */
export const foldTyped = (typed: string): string =>
  typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
