/**
 * WeChat's message crypto: sha1 over sorted parts, AES-256-CBC with PKCS#7 of block 32. Written out on node:crypto, because
 * the packages for it accept broken padding, and Node's own unpadding refuses pads over 16. CBC alone protects nothing
 * against change, so there is no way to decrypt here without the signature; tests pin this file to the public vectors.
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const BLOCK = 32;
const RANDOM_BYTES = 16;
const LENGTH_BYTES = 4;

export type PushFault = 'key' | 'signature' | 'encoding' | 'padding' | 'layout' | 'appid';

/** Whatever is wrong with a sealed message. Callers tell the sender nothing of `fault`: it is for our log. */
export class WechatPushError extends Error {
  override readonly name = 'WechatPushError';
  readonly fault: PushFault;

  constructor(fault: PushFault) {
    super(fault);
    this.fault = fault;
  }
}

export interface PushKeys {
  readonly token: string;
  /** 43 characters as the console shows them. */
  readonly encodingAESKey: string;
  readonly appid: string;
}
export interface SealedMessage {
  readonly timestamp: string;
  readonly nonce: string;
  readonly encrypt: string;
  readonly msgSignature: string;
}

/** sha1, hex, over the sorted and joined parts. */
export const signatureOf = (parts: readonly string[]): string =>
  createHash('sha1')
    .update([...parts].sort().join(''))
    .digest('hex');

/**
 * The parts are joined without marks between them, so characters could wander from one into its neighbour. Timestamp and
 * nonce are therefore held to their shape: they are too short to take a whole block (128 characters) of the cipher text.
 */
export function signatureMatches(
  given: string,
  { token, timestamp, nonce, encrypt }: Pick<PushKeys, 'token'> & Partial<SealedMessage>,
): boolean {
  if (timestamp === undefined || nonce === undefined) return false;
  if (!/^\d{10}$/.test(timestamp) || !/^[0-9A-Za-z]{1,32}$/.test(nonce) || !/^[0-9a-f]{40}$/.test(given)) return false;
  const expected = signatureOf([token, timestamp, nonce, ...(encrypt === undefined ? [] : [encrypt])]);
  return timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}

/**
 * The message of a sealed one.
 * @throws WechatPushError and nothing else. Any fault but `signature` and `key` means that somebody who knows the token
 * sealed it with another key or for another account.
 */
export function open(keys: PushKeys, sealed: SealedMessage): string {
  const key = keyBytes(keys.encodingAESKey);
  if (!signatureMatches(sealed.msgSignature, { ...sealed, token: keys.token })) throw new WechatPushError('signature');
  const bytes = Buffer.from(sealed.encrypt, 'base64');
  if (bytes.length === 0 || bytes.length % BLOCK !== 0 || bytes.toString('base64') !== sealed.encrypt) {
    throw new WechatPushError('encoding');
  }
  const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return unwrap(unpad(Buffer.concat([decipher.update(bytes), decipher.final()])), keys.appid);
}

/** Seals an answer or, in tests and tools, a push. `random` is 16 bytes; only a test gives it. */
export function seal(
  keys: PushKeys,
  message: string,
  { timestamp, nonce }: Pick<SealedMessage, 'timestamp' | 'nonce'>,
  random: Buffer = randomBytes(RANDOM_BYTES),
): SealedMessage {
  const key = keyBytes(keys.encodingAESKey);
  const text = Buffer.from(message);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(text.length);
  const plain = Buffer.concat([random, length, text, Buffer.from(keys.appid)]);
  const pad = BLOCK - (plain.length % BLOCK);
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  const encrypt = Buffer.concat([cipher.update(plain), cipher.update(Buffer.alloc(pad, pad)), cipher.final()]).toString(
    'base64',
  );
  return { timestamp, nonce, encrypt, msgSignature: signatureOf([keys.token, timestamp, nonce, encrypt]) };
}

function keyBytes(encodingAESKey: string): Buffer {
  if (!/^[0-9A-Za-z+/]{43}$/.test(encodingAESKey)) throw new WechatPushError('key');
  return Buffer.from(`${encodingAESKey}=`, 'base64');
}

/** Every pad byte is checked: a last byte outside 1..32, or one that differs from it, is no padding. */
function unpad(padded: Buffer): Buffer {
  const pad = padded.at(-1) ?? 0;
  if (pad < 1 || pad > BLOCK) throw new WechatPushError('padding');
  if (padded.subarray(-pad).some((byte) => byte !== pad)) throw new WechatPushError('padding');
  return padded.subarray(0, -pad);
}

/** 16 random bytes ‖ length ‖ message ‖ appid, to the byte: nothing is trimmed, nothing may be left over. */
function unwrap(plain: Buffer, appid: string): string {
  const start = RANDOM_BYTES + LENGTH_BYTES;
  if (plain.length < start) throw new WechatPushError('layout');
  const end = start + plain.readUInt32BE(RANDOM_BYTES);
  if (end > plain.length) throw new WechatPushError('layout');
  const tail = plain.subarray(end);
  const expected = Buffer.from(appid);
  if (tail.length !== expected.length || !timingSafeEqual(tail, expected)) throw new WechatPushError('appid');
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain.subarray(start, end));
  } catch {
    throw new WechatPushError('encoding');
  }
}
