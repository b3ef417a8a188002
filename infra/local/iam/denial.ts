/** What AWS answers when a role doesn't allow a call: in the protocol of the service, with the action and the resource. */
import type { AwsRequest } from './calls.ts';
import type { Call } from './judge.ts';

export interface Denial {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** For the terminal of whoever develops: no name and no word of a citizen. */
  readonly message: string;
}

/** @param call what isn't allowed; `undefined` = the request is none that the local runner knows */
export function denial(
  { method, path, headers }: Pick<AwsRequest, 'method' | 'path' | 'headers'>,
  role: string,
  call: Call | undefined,
): Denial {
  const target = headers['x-amz-target'];
  const asked = call
    ? `${call.action} on resource: ${call.resource}`
    : `${String(target ?? `${method} ${path}`)}, which the local runner cannot judge`;
  const message = `User: ${role} is not authorized to perform: ${asked}`;
  if (target === undefined) {
    const text = message.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>AccessDenied</Code><Message>${text}</Message></Error>`;
    return { status: 403, headers: { 'content-type': 'application/xml' }, body, message };
  }
  const contentType = String(headers['content-type'] ?? 'application/x-amz-json-1.0');
  return {
    status: 400,
    headers: { 'content-type': contentType, 'x-amzn-errortype': 'AccessDeniedException' },
    body: JSON.stringify({ __type: 'com.amazon.coral.service#AccessDeniedException', message, Message: message }),
    message,
  };
}
