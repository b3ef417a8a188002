/**
 * Signs a request as a channel would, and posts it to the local instance.
 *
 *     npm run send -- phone examples/phone.json          posts it, prints status and answer
 *     npm run send -- website examples/website.json --new   with a channelRef of its own, so that it is a new request
 *     npm run -s sign -- phone examples/phone.json       only prints curl's header options, for use in $( … )
 *
 * Phone and website sign the file's bytes by Standard Webhooks with the channel's secret; WeChat logs in with a code of
 * the demo first and sends its session token.
 */
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { lastUrl } from '#infra/local/cli/folder.ts';
import { readSecret } from '#infra/local/cli/secrets.ts';

const CHANNELS = ['phone', 'website', 'wechat'] as const;
type Channel = (typeof CHANNELS)[number];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    channel: { type: 'string' },
    /** Else the instance that last served from the data folder. */
    url: { type: 'string' },
    data: { type: 'string', default: process.env.JIEBAN_DATA ?? '.jieban' },
    /** Login code of the mini-program: `demo-<anything>` is one user. */
    code: { type: 'string', default: 'demo-1' },
    new: { type: 'boolean', default: false },
    'sign-only': { type: 'boolean', default: false },
  },
});

const url = values.url ?? lastUrl(values.data) ?? 'http://127.0.0.1:3000';

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
const isChannel = (text: string | undefined): text is Channel => CHANNELS.some((channel) => channel === text);

/** The file's bytes; with `--new` its channelRef (and the board's message number) is replaced. */
function readBody(path: string): Buffer {
  // npm runs scripts in the project's folder; a path means the folder that the command was typed in.
  const bytes = readFileSync(resolve(process.env.INIT_CWD ?? process.cwd(), path));
  if (!values.new) return bytes;
  const request = parseRequest(path, bytes);
  const id = randomUUID().slice(0, 8);
  request.channelRef = `new-${id}`;
  if (request.board) request.board.messageId = `new-${id}`;
  return Buffer.from(JSON.stringify(request));
}

function parseRequest(path: string, bytes: Buffer): { channelRef: string; board?: { messageId: string } } {
  try {
    return JSON.parse(bytes.toString('utf8')) as { channelRef: string; board?: { messageId: string } };
  } catch (error) {
    throw new Error(`${path} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function signatureHeaders(channel: 'phone' | 'website', body: Buffer): Record<string, string> {
  const key = readSecret(values.data, channel).inbound[0];
  if (key === undefined) throw new Error(`the ${channel} secret has no inbound key`);
  const id = `msg_${randomUUID()}`;
  const now = new Date();
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': new Webhook(key).sign(id, now, body),
  };
}

async function sessionToken(): Promise<string> {
  const response = await fetch(`${url}/channels/wechat/sessions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: values.code }),
  });
  const answer = (await response.json()) as { token?: string };
  if (!response.ok || answer.token === undefined)
    throw new Error(`login answered ${response.status} ${JSON.stringify(answer)}`);
  return answer.token;
}

async function main(channel: Channel, path: string): Promise<void> {
  const body = readBody(path);
  if (values['sign-only']) {
    if (values.new) throw new Error('--new changes the body, so its signature would not fit the file that curl sends');
    // No value holds a space, so the shell's word splitting of an unquoted $( … ) keeps them whole.
    const options =
      channel === 'wechat'
        ? `--oauth2-bearer ${await sessionToken()}`
        : Object.entries(signatureHeaders(channel, body))
            .map(([name, value]) => `-H ${name}:${value}`)
            .join(' ');
    console.log(options);
    return;
  }
  const authentication: Record<string, string> =
    channel === 'wechat' ? { authorization: `Bearer ${await sessionToken()}` } : signatureHeaders(channel, body);
  const response = await fetch(`${url}/channels/${channel}/requests`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authentication },
    body: new Uint8Array(body),
  });
  const text = await response.text();
  const replay = response.headers.get('idempotent-replay') === 'true' ? ' (replay: the same request came before)' : '';
  console.log(`${response.status}${replay}`);
  try {
    console.log(JSON.stringify(JSON.parse(text), null, 2));
  } catch {
    console.log(text);
  }
  if (!response.ok) process.exitCode = 1;
}

const channel = values.channel ?? positionals.shift();
const path = positionals[0];
if (!isChannel(channel) || path === undefined) {
  fail('usage: npm run send -- <phone|website|wechat> <body.json> [--new] [--url URL] [--data FOLDER]');
}
await main(channel, path).catch((error: unknown) => {
  const refused = error instanceof TypeError && error.message === 'fetch failed';
  const message = error instanceof Error ? error.message : String(error);
  fail(refused ? `nothing answers at ${url}: start Jieban with \`npm start\`, or name its --url` : message);
});
