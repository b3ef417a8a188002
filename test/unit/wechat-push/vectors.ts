/** The public test vectors as data, and keys that no vector uses. */
import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { PushKeys, SealedMessage } from '#functions/wechat/push/crypto.ts';

const Vector = z.looseObject({
  id: z.string(),
  kind: z.string(),
  token: z.string(),
  encodingAESKey: z.string().default(''),
  appid: z.string().default(''),
  timestamp: z.string().default('1713424427'),
  nonce: z.string().default('415670741'),
  signature: z.string().default(''),
  msg_signature: z.string().default(''),
  echostr: z.string().default(''),
  random: z.string().default(''),
  encrypt: z.string().default(''),
  plaintext: z.string().default(''),
  body: z.record(z.string(), z.unknown()).default({}),
});
export type Vector = z.infer<typeof Vector>;

const file = z
  .object({
    vectors: z.array(Vector),
    negatives: z.array(
      z.object({ id: z.string(), encrypt: z.string().optional(), encodingAESKey: z.string().optional() }),
    ),
  })
  .parse(JSON.parse(readFileSync(new URL('../../vectors/wechat.json', import.meta.url), 'utf8')));

export const { vectors, negatives } = file;
export const vector = (id: string): Vector => vectors.find((candidate) => candidate.id === id)!;
export const keysOf = ({ token, encodingAESKey, appid }: Vector): PushKeys => ({ token, encodingAESKey, appid });
export const sealedOf = ({ timestamp, nonce, encrypt, msg_signature }: Vector): SealedMessage => ({
  timestamp,
  nonce,
  encrypt,
  msgSignature: msg_signature,
});

export const keys: PushKeys = {
  token: 'unitTestToken',
  encodingAESKey: 'unitTestKey0123456789abcdefghijklmnopqrstuv',
  appid: 'wx0123456789abcdef',
};
export const parts = { timestamp: '1763861400', nonce: '486452656' };
