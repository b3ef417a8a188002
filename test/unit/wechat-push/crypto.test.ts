/** WeChat's message crypto: every public vector in both directions, every negative refused, and nothing else got in. */
import { createCipheriv, createDecipheriv } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  open,
  type PushFault,
  type SealedMessage,
  seal,
  signatureMatches,
  signatureOf,
  WechatPushError,
} from '#functions/wechat/push/crypto.ts';
import { keys, keysOf, negatives, parts, sealedOf, vector, vectors } from './vectors.ts';

/** The fault of a refusal; a message that got through and an untyped error both fail the test. */
function faultOf(attempt: () => string): PushFault {
  try {
    attempt();
  } catch (error) {
    if (error instanceof WechatPushError) return error.fault;
    throw error;
  }
  throw new Error('accepted');
}
/** Signed as by WeChat, so that what is behind the signature has to hold by itself. */
const signed = (encrypt: string, token = keys.token): SealedMessage => ({
  ...parts,
  encrypt,
  msgSignature: signatureOf([token, parts.timestamp, parts.nonce, encrypt]),
});
/** Plain bytes, padded by the caller, under the test's key. */
function enciphered(padded: Buffer): SealedMessage {
  const key = Buffer.from(`${keys.encodingAESKey}=`, 'base64');
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return signed(Buffer.concat([cipher.update(padded), cipher.final()]).toString('base64'));
}

describe('public vectors', () => {
  const sealedVectors = vectors.filter(({ kind }) => kind === 'decrypt' || kind === 'encrypt');

  test('all of them are here', () => {
    expect(vectors.map(({ id }) => id)).toEqual([
      'url-verify-official',
      'plain-post-official',
      'safe-json-official',
      'reply-json-official',
      'safe-xml-easywechat',
      'encrypt-java-utf8',
    ]);
  });

  test.each(['url-verify-official', 'plain-post-official', 'safe-json-official'])('%s: signature', (id) => {
    const { signature, token, timestamp, nonce } = vector(id);
    expect(signatureOf([token, timestamp, nonce])).toBe(signature);
    expect(signatureMatches(signature, { token, timestamp, nonce })).toBe(true);
    expect(signatureMatches(signature, { token: `${token}x`, timestamp, nonce })).toBe(false);
  });

  test.each(sealedVectors)('$id: sealed as published, to the byte', (known) => {
    const made = seal(keysOf(known), known.plaintext, known, Buffer.from(known.random));
    expect(made.encrypt).toBe(known.encrypt);
    if (known.msg_signature !== '') expect(made.msgSignature).toBe(known.msg_signature);
  });

  test.each(sealedVectors)('$id: opened', (known) => {
    const sealed = known.msg_signature === '' ? seal(keysOf(known), known.plaintext, known) : sealedOf(known);
    expect(open(keysOf(known), sealed)).toBe(known.plaintext);
    const asPublished = { ...signed(known.encrypt, known.token) };
    expect(open(keysOf(known), asPublished)).toBe(known.plaintext);
  });
});

describe('negatives', () => {
  const official = vector('safe-json-official');

  test('all of them are here', () => {
    expect(negatives.map(({ id }) => id)).toEqual([
      'neg-tampered-msg-signature',
      'neg-signature-instead-of-msg_signature',
      'neg-wrong-appid',
      'neg-bad-padding',
      'neg-node-autopadding',
    ]);
  });

  test('a tampered msg_signature', () => {
    const last = official.msg_signature.at(-1) === '0' ? '1' : '0';
    const msgSignature = official.msg_signature.slice(0, -1) + last;
    expect(faultOf(() => open(keysOf(official), { ...sealedOf(official), msgSignature }))).toBe('signature');
  });

  test('signature in the place of msg_signature', () => {
    const sealed = { ...sealedOf(official), msgSignature: official.signature };
    expect(faultOf(() => open(keysOf(official), sealed))).toBe('signature');
  });

  test('another appid', () => {
    const xml = vector('safe-xml-easywechat');
    for (const appid of ['wxba5fad812f8e6fb9', '', xml.appid.slice(1), `${xml.appid}0`, xml.appid.toUpperCase()]) {
      expect(faultOf(() => open({ ...keysOf(xml), appid }, sealedOf(xml)))).toBe('appid');
    }
  });

  test('padding that is none', () => {
    const { encrypt, encodingAESKey } = negatives.find(({ id }) => id === 'neg-bad-padding')!;
    expect(faultOf(() => open({ ...keys, encodingAESKey: encodingAESKey! }, signed(encrypt!)))).toBe('padding');
  });

  test("Node's own padding would refuse the official message, ours opens it", () => {
    const key = Buffer.from(`${official.encodingAESKey}=`, 'base64');
    const decipher = createDecipheriv('aes-256-cbc', key, key.subarray(0, 16));
    decipher.update(official.encrypt, 'base64');
    expect(() => decipher.final()).toThrow();
    expect(open(keysOf(official), sealedOf(official))).toContain('debug_demo');
  });
});

describe('what is behind a right signature has to hold by itself', () => {
  const plain = (length: number, text: string, appid = keys.appid) => {
    const head = Buffer.alloc(20, 'r');
    head.writeUInt32BE(length, 16);
    return Buffer.concat([head, Buffer.from(text), Buffer.from(appid)]);
  };
  const padded = (bytes: Buffer, mend: (pad: Buffer) => void = () => {}) => {
    const size = 32 - (bytes.length % 32);
    const pad = Buffer.alloc(size, size);
    mend(pad);
    return Buffer.concat([bytes, pad]);
  };

  test('the helper makes what is accepted', () => {
    expect(open(keys, enciphered(padded(plain(5, 'hello'))))).toBe('hello');
    expect(open(keys, enciphered(padded(plain(0, ''))))).toBe('');
  });

  test('every pad size from 1 to 32 opens', () => {
    for (let length = 0; length < 32; length++) {
      expect(open(keys, seal(keys, 'x'.repeat(length), parts))).toHaveLength(length);
    }
  });

  test('each single pad byte counts', () => {
    const bytes = plain(5, 'hello');
    const size = 32 - (bytes.length % 32);
    for (let at = 0; at < size; at++) {
      const broken = padded(bytes, (pad) => {
        pad[at] = (pad[at] ?? 0) ^ 64;
      });
      expect(faultOf(() => open(keys, enciphered(broken)))).toBe('padding');
    }
  });

  test.each([0, 33, 255])('a pad byte of %d', (value) => {
    expect(faultOf(() => open(keys, enciphered(Buffer.alloc(64, value))))).toBe('padding');
  });

  test('a length that is wrong by one, too great, or the greatest', () => {
    expect(faultOf(() => open(keys, enciphered(padded(plain(4, 'hello')))))).toBe('appid');
    expect(faultOf(() => open(keys, enciphered(padded(plain(6, 'hello')))))).toBe('appid');
    expect(faultOf(() => open(keys, enciphered(padded(plain(900, 'hello')))))).toBe('layout');
    expect(faultOf(() => open(keys, enciphered(padded(plain(0xffff_ffff, 'hello')))))).toBe('layout');
    expect(faultOf(() => open(keys, enciphered(padded(Buffer.from('short')))))).toBe('layout');
  });

  test('blanks and zeros around the appid are not trimmed', () => {
    for (const appid of [` ${keys.appid}`, `${keys.appid} `, `${keys.appid}\0`]) {
      expect(faultOf(() => open(keys, enciphered(padded(plain(5, 'hello', appid)))))).toBe('appid');
    }
  });

  test('bytes that are no UTF-8', () => {
    const bytes = plain(2, 'xx');
    bytes.set([0xc3, 0x28], 20);
    expect(faultOf(() => open(keys, enciphered(padded(bytes))))).toBe('encoding');
  });

  test('base64 with blanks, without padding, of the wrong length, or empty', () => {
    const { encrypt } = seal(keys, 'hello', parts);
    const wrong = ['', ` ${encrypt}`, `${encrypt}\n`, encrypt.replace(/=+$/, ''), encrypt.slice(4), `${encrypt}AAAA`];
    for (const text of wrong.filter((candidate) => candidate !== encrypt)) {
      expect(faultOf(() => open(keys, signed(text)))).toBe('encoding');
    }
  });

  test('a key of the wrong length', () => {
    const sealed = seal(keys, 'hello', parts);
    expect(faultOf(() => open({ ...keys, encodingAESKey: 'short' }, sealed))).toBe('key');
  });

  test('characters that wander from one signed part into its neighbour', () => {
    const digest = signatureOf([keys.token, '1763861400', '486452656']);
    expect(signatureMatches(digest, { token: keys.token, timestamp: '17638614004', nonce: '86452656' })).toBe(false);
    const long = 'A'.repeat(128);
    expect(
      signatureMatches(signatureOf([keys.token, '1763861400', long]), {
        token: keys.token,
        timestamp: '1763861400',
        nonce: long,
      }),
    ).toBe(false);
  });
});

describe('fuzz: only typed refusals, never a message', () => {
  const message = '{"MsgType":"text","Content":"楼道灯坏了","MsgId":24665421354865412}';
  const sealed = seal(keys, message, parts);
  const bytes = Buffer.from(sealed.encrypt, 'base64');
  const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.base64String());

  test('any message comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 500 }), (text) => {
        expect(open(keys, seal(keys, text, parts))).toBe(Buffer.from(text).toString());
      }),
    );
  });

  test('random bytes, signed', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 512 }), (random) => {
        expect(faultOf(() => open(keys, signed(Buffer.from(random).toString('base64'))))).not.toBe('signature');
      }),
      { numRuns: 1000 },
    );
  });

  test('random whole blocks, signed', () => {
    fc.assert(
      fc.property(
        fc
          .integer({ min: 1, max: 8 })
          .chain((blocks) => fc.uint8Array({ minLength: blocks * 32, maxLength: blocks * 32 })),
        (random) => {
          const fault = faultOf(() => open(keys, signed(Buffer.from(random).toString('base64'))));
          expect(['padding', 'layout', 'appid']).toContain(fault);
        },
      ),
      { numRuns: 2000 },
    );
  });

  test('random text in every field', () => {
    fc.assert(
      fc.property(anything, anything, anything, anything, (timestamp, nonce, encrypt, msgSignature) => {
        expect(faultOf(() => open(keys, { timestamp, nonce, encrypt, msgSignature }))).toBe('signature');
      }),
      { numRuns: 500 },
    );
  });

  test('every flipped bit is refused by the signature', () => {
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(faultOf(() => open(keys, { ...sealed, encrypt: flipped.toString('base64') }))).toBe('signature');
    }
  });

  test('every truncation is refused, unsigned and signed', () => {
    for (let length = 0; length < sealed.encrypt.length; length++) {
      const cut = sealed.encrypt.slice(0, length);
      expect(faultOf(() => open(keys, { ...sealed, encrypt: cut }))).toBe('signature');
      expect(['encoding', 'padding', 'layout', 'appid']).toContain(faultOf(() => open(keys, signed(cut))));
    }
  });

  test('another key, another token', () => {
    const other = { ...keys, encodingAESKey: [...keys.encodingAESKey].reverse().join('') };
    expect(['padding', 'layout', 'appid']).toContain(faultOf(() => open(other, sealed)));
    expect(faultOf(() => open({ ...keys, token: 'other' }, sealed))).toBe('signature');
  });
});
