/**
 * The file of a trained text model (`model.bin`), all numbers little-endian:
 *
 *     4 bytes  "JBTM"            2  format (1)          2  zero
 *     4        CRC-32 of all that follows
 *     4        length of the head, then the head as JSON: labels, meanings, number of runs, threshold, precision
 *     8 × labels                 bias
 *     4 × runs                   hash, ascending
 *     4 × runs                   weight: rarity × how unevenly the run is spread over the labels
 *     4 × runs                   scale of the run's cells
 *     1 × runs × labels          cells: what the run says for each label, −127..127
 */
const MAGIC = 0x4d54424a;
const FORMAT = 1;
const PROLOGUE = 16;
/** After magic, format and checksum. */
const CHECKED_FROM = 12;
const MOST_LABELS = 2000;
const MOST_GRAMS = 2_000_000;

export interface ModelParts {
  readonly labels: readonly string[];
  /** What each label meant when the model was trained (see `meaningOf`); absent in a model of labels without a catalogue. */
  readonly meanings?: readonly string[] | undefined;
  /** The probability from which on `precision` of the answers were right on texts that the model had not seen. */
  readonly threshold: number;
  readonly precision: number;
  readonly biases: Float64Array;
  readonly hashes: Uint32Array;
  readonly weights: Float32Array;
  readonly scales: Float32Array;
  /** Row by row: the cells of one run for all labels. */
  readonly cells: Int8Array;
}

/** Bytes of a model with so many labels and runs, but for the head's text. */
export const modelSize = (labels: number, grams: number): number => PROLOGUE + 8 * labels + grams * (12 + labels);

/** The bytes are no model, or were damaged. */
export class BrokenModelError extends Error {
  constructor(problem: string) {
    super(`broken text model: ${problem}`);
    this.name = 'BrokenModelError';
  }
}

export function packModel(parts: ModelParts): Uint8Array {
  const { labels, meanings, threshold, precision, biases, hashes, weights, scales, cells } = parts;
  const head = new TextEncoder().encode(
    JSON.stringify({ labels, meanings, grams: hashes.length, threshold, precision }),
  );
  const bytes = new Uint8Array(modelSize(labels.length, hashes.length) + head.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint16(4, FORMAT, true);
  view.setUint32(12, head.length, true);
  bytes.set(head, PROLOGUE);
  let at = PROLOGUE + head.length;
  const next = (width: number): number => {
    at += width;
    return at - width;
  };
  for (const bias of biases) view.setFloat64(next(8), bias, true);
  for (const hash of hashes) view.setUint32(next(4), hash, true);
  for (const weight of weights) view.setFloat32(next(4), weight, true);
  for (const scale of scales) view.setFloat32(next(4), scale, true);
  bytes.set(new Uint8Array(cells.buffer, cells.byteOffset, cells.length), at);
  view.setUint32(8, crc32(bytes.subarray(CHECKED_FROM)), true);
  return bytes;
}

/** @throws BrokenModelError */
export function unpackModel(bytes: Uint8Array): ModelParts {
  if (bytes.length < PROLOGUE) throw new BrokenModelError(`${bytes.length} bytes are too few`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (view.getUint32(0, true) !== MAGIC) throw new BrokenModelError('it does not begin with "JBTM"');
  const format = view.getUint32(4, true);
  if (format !== FORMAT) throw new BrokenModelError(`its format is ${format}, this program reads ${FORMAT}`);
  if (view.getUint32(8, true) !== crc32(bytes.subarray(CHECKED_FROM))) {
    throw new BrokenModelError('the checksum does not match: cut short or changed on the way');
  }
  const headLength = view.getUint32(12, true);
  if (headLength > bytes.length - PROLOGUE) throw new BrokenModelError('its head is longer than the file');
  const { labels, meanings, grams, threshold, precision } = readHead(bytes.subarray(PROLOGUE, PROLOGUE + headLength));
  const expected = modelSize(labels.length, grams) + headLength;
  if (bytes.length !== expected) throw new BrokenModelError(`${bytes.length} bytes instead of ${expected}`);

  let at = PROLOGUE + headLength;
  const next = (width: number): number => {
    at += width;
    return at - width;
  };
  const biases = Float64Array.from(labels, () => view.getFloat64(next(8), true));
  const hashes = new Uint32Array(grams);
  const weights = new Float32Array(grams);
  const scales = new Float32Array(grams);
  for (let gram = 0; gram < grams; gram++) hashes[gram] = view.getUint32(next(4), true);
  for (let gram = 0; gram < grams; gram++) weights[gram] = view.getFloat32(next(4), true);
  for (let gram = 0; gram < grams; gram++) scales[gram] = view.getFloat32(next(4), true);
  for (let gram = 1; gram < grams; gram++) {
    if ((hashes[gram] ?? 0) <= (hashes[gram - 1] ?? 0)) throw new BrokenModelError('its runs are out of order');
  }
  if (![...biases].every(Number.isFinite) || !weights.every((weight) => weight > 0 && weight < 1e6)) {
    throw new BrokenModelError('a number is out of range');
  }
  if (!scales.every((scale) => scale >= 0 && scale < 1e6)) throw new BrokenModelError('a number is out of range');
  // A copy: the caller's buffer may be used again. (Not `slice`: that of Node's Buffer copies nothing.)
  const cells = new Int8Array(new Uint8Array(bytes.subarray(at)).buffer);
  return { labels, meanings, threshold, precision, biases, hashes, weights, scales, cells };
}

interface Head {
  readonly labels: readonly string[];
  readonly meanings?: readonly string[] | undefined;
  readonly grams: number;
  readonly threshold: number;
  readonly precision: number;
}

function readHead(bytes: Uint8Array): Head {
  let head: Partial<Head> | null;
  try {
    head = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)) as Partial<Head> | null;
  } catch {
    throw new BrokenModelError('its head is no JSON');
  }
  const { labels, meanings, grams, threshold, precision } = head ?? {};
  const names: readonly unknown[] = Array.isArray(labels) ? labels : [];
  if (
    labels === undefined ||
    names.length < 2 ||
    names.length > MOST_LABELS ||
    !names.every((name) => typeof name === 'string' && name !== '') ||
    new Set(names).size !== names.length
  ) {
    throw new BrokenModelError('its head has no list of different labels');
  }
  if (meanings !== undefined && (!Array.isArray(meanings) || meanings.length !== names.length)) {
    throw new BrokenModelError('its labels and their meanings are not the same number');
  }
  if (!isBetween(grams, 1, MOST_GRAMS) || !Number.isInteger(grams)) throw new BrokenModelError('it knows no runs');
  if (!isBetween(threshold, 0, 1) || !isBetween(precision, 0, 1)) throw new BrokenModelError('it has no threshold');
  return { labels, meanings, grams, threshold, precision };
}

const isBetween = (value: unknown, low: number, high: number): value is number =>
  typeof value === 'number' && value >= low && value <= high;

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ (value & 1 ? 0xedb88320 : 0);
  return value;
});

/** CRC-32 as in zip: finds every change of up to 32 neighbouring bits. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  // By index, here and where models are read: it is most of a cold start, and iterators take four times as long.
  for (let at = 0; at < bytes.length; at++) crc = (CRC_TABLE[(crc ^ (bytes[at] ?? 0)) & 255] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
