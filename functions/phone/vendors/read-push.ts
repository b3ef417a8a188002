/** A vendor's JSON: as strict as ours, but for the spelling of UTF-8 (Tencent writes `charset=utf8`). */
import { type Request, readJson } from '#functions/shared/http.ts';

/** @throws ProblemError 415, 422. */
export function readPush(request: Request): unknown {
  const type = request.headers['content-type']?.replace(/charset\s*=\s*"?utf8"?/i, 'charset=utf-8');
  return readJson(type === undefined ? request : { ...request, headers: { ...request.headers, 'content-type': type } });
}
