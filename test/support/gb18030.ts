/** Bytes as a Chinese spreadsheet saves them. Node reads GB 18030 and doesn't write it, so the table is read backwards. */
const bytesOf = new Map<string, readonly [number, number]>();

function table(): ReadonlyMap<string, readonly [number, number]> {
  if (bytesOf.size > 0) return bytesOf;
  const decoder = new TextDecoder('gb18030');
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail === 0x7f) continue;
      const text = decoder.decode(Uint8Array.of(lead, trail));
      if ([...text].length === 1 && !bytesOf.has(text)) bytesOf.set(text, [lead, trail]);
    }
  }
  return bytesOf;
}

export function gb18030(text: string): Uint8Array {
  return Uint8Array.from(
    [...text].flatMap((letter) => {
      const code = letter.codePointAt(0) ?? 0;
      if (code < 0x80) return [code];
      const pair = table().get(letter);
      if (pair === undefined) throw new Error(`U+${code.toString(16)} has four bytes in GB 18030: use another letter`);
      return [...pair];
    }),
  );
}
