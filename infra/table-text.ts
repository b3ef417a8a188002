/** What all readers of tables share: the encoding that a spreadsheet saved, and names of columns that stand there twice. */

/** Office software in China still saves CSV as GB 18030 (GBK) unless it is told otherwise. */
export const ENCODING_PROBLEM = '文字编码认不出来';
export const ENCODING_REMEDY = '文件可能不完整,或几种编码混在一起:用电子表格打开,另存为「CSV UTF-8(逗号分隔)」';

/** UTF-8 or GB 18030, without a byte order mark; undefined when it is neither. */
export function decodeText(bytes: Uint8Array): string | undefined {
  const text = decodeAs('utf-8', bytes);
  return text === undefined && !isDamagedUtf8(bytes) ? decodeAs('gb18030', bytes) : text;
}

function decodeAs(encoding: string, bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

/** Nearly any bytes are GB 18030: damaged UTF-8 would turn into other 汉字 without a word. Real GB 18030 shows hardly any as UTF-8. */
function isDamagedUtf8(bytes: Uint8Array): boolean {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return true;
  const text = new TextDecoder().decode(bytes);
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  return count(/\p{Script=Han}/gu) > count(/\ufffd/g);
}

export interface RepeatedColumn {
  readonly name: string;
  /** As a spreadsheet counts, from 1. */
  readonly columns: readonly number[];
}

/** Whichever of two columns of one name were read, the other would be lost silently. `header` is trimmed; nameless ones don't count. */
export function repeatedColumns(header: readonly string[]): RepeatedColumn[] {
  return [...new Set(header)].flatMap((name) => {
    const columns = header.flatMap((other, at) => (name !== '' && other === name ? [at + 1] : []));
    return columns.length > 1 ? [{ name, columns }] : [];
  });
}
