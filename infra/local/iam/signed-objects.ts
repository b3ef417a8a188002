/**
 * Judges what others do with a function's signature: the links and upload forms that it hands out. S3 allows such a request
 * what the signer's role allows at that moment.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { callsOf, placeOf } from './calls.ts';
import { denial } from './denial.ts';
import { type Call, judge } from './judge.ts';
import { openRecord } from './record.ts';
import type { Role } from './roles.ts';

export interface Signers {
  /** By access key. Whoever signs with another key is nobody of the template, and not judged. */
  readonly roles: ReadonlyMap<string, Role>;
  /** Folder for what was used. */
  readonly record: string | undefined;
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/** The fields of an upload form stand before its file; they are small. */
const MAX_FIELDS_BYTES = 65_536;

/** Fields of a form that ask for an action of their own, as the headers of the same name do. */
const FORM_FIELDS = ['acl', 'tagging'] as const;

/** Puts the judge before the server's own listeners. */
export function guardSignedObjects(server: Server, { roles, record: folder }: Signers): void {
  const record = openRecord(folder);
  const listeners = server.listeners('request') as Listener[];
  server.removeAllListeners('request');

  const pass: Listener = (request, response) => {
    for (const listener of listeners) listener.call(server, request, response);
  };
  const judged = (
    request: IncomingMessage,
    response: ServerResponse,
    credential: string,
    path: string,
    more: readonly string[] = [],
  ): void => {
    const role = roles.get(credential.split('/')[0] ?? '');
    if (role === undefined) {
      pass(request, response);
      return;
    }
    const headers = Object.fromEntries(more.map((field) => [`x-amz-${field}`, '']));
    const asked = { method: request.method === 'POST' ? 'PUT' : (request.method ?? ''), path, headers, body: '' };
    const calls = callsOf(asked, placeOf(role.holder));
    const allowed = (call: Call): boolean => {
      const by = judge(role.grants, call);
      if (by !== undefined) record(role.holder, call, by);
      return by !== undefined;
    };
    const refused = calls?.find((call) => !allowed(call));
    if (calls !== undefined && refused === undefined) {
      pass(request, response);
      return;
    }
    request.resume();
    const answer = denial(asked, role.name, refused);
    response.writeHead(answer.status, answer.headers).end(answer.body);
  };

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://s3');
    const credential = searchParams.get('X-Amz-Credential');
    const isForm = request.method === 'POST' && request.headers['content-type']?.startsWith('multipart/form-data');
    if (credential !== null) judged(request, response, credential, request.url ?? '/');
    else if (!isForm) pass(request, response);
    else {
      readFields(request, (text) => {
        const more = FORM_FIELDS.filter((field) => fieldOf(text, field) !== '');
        const key = encodeURI(fieldOf(text, 'key'));
        judged(request, response, fieldOf(text, 'X-Amz-Credential'), `${pathname.replace(/\/$/, '')}/${key}`, more);
      });
    }
  });
}

/** Reads up to the form's file and puts all of it back, so that whoever comes next reads the form from its beginning. */
function readFields(request: IncomingMessage, then: (text: string) => void): void {
  const chunks: Buffer[] = [];
  const look = (): void => {
    for (let chunk = request.read() as Buffer | null; chunk !== null; chunk = request.read() as Buffer | null) {
      chunks.push(chunk);
      const whole = Buffer.concat(chunks);
      if (!whole.includes('name="file"') && whole.length < MAX_FIELDS_BYTES) continue;
      request.off('readable', look);
      request.unshift(whole);
      then(whole.toString('latin1'));
      return;
    }
  };
  request.on('readable', look);
}

function fieldOf(form: string, name: string): string {
  return new RegExp(`name="${name}"\\r\\n(?:[^\\r\\n]+\\r\\n)*\\r\\n([^\\r]*)\\r\\n`, 'i').exec(form)?.[1] ?? '';
}
