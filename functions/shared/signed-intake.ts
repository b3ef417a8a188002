/**
 * The door of the channels that sign their bodies. Judged in this order: size, content type, signature, then the body; an
 * unauthenticated caller learns nothing about what a body must look like.
 */
import type * as z from 'zod';
import { secret } from '#functions/adapters/secrets.ts';
import { type Request, readJson, requireJson } from './http.ts';
import { parseBody } from './problem.ts';
import { requireSignature } from './signed-request.ts';

/**
 * Reads a signed canonical body. `clean` mends what the channel's own editor put in, before the schema judges it.
 * @throws ProblemError 415, 401 `signatureInvalid` or `timestampStale`, 422.
 */
export async function signedBody<S extends z.ZodType>(
  request: Request,
  keys: 'PHONE_SECRET' | 'WEBSITE_SECRET',
  schema: S,
  clean: (body: unknown) => unknown = (body) => body,
): Promise<z.output<S>> {
  requireJson(request);
  const { inbound } = await secret(keys);
  requireSignature(inbound, request);
  return parseBody(schema, clean(readJson(request)));
}
