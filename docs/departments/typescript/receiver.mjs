/**
 * 接收端示例: takes Jieban's callbacks, shows each ticket and works it: sign, accept, contact, reply. Node's own http only.
 *
 *     JIEBAN_URL=http://127.0.0.1:3000 JIEBAN_DEPARTMENT=renshe JIEBAN_SECRET=whsec_… node receiver.mjs
 *     node receiver.mjs --list > list.csv      what to bring to a reconciliation
 *
 * PORT (8090) and HOST (127.0.0.1): where it listens. INBOX (inbox/callbacks.jsonl): where it keeps what came. PACE_MS (2000):
 * how long the clerk of this example thinks before each step.
 */
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { Inbox } from './inbox.mjs';
import { JiebanDepartment, JiebanError } from './jieban.mjs';

/** @import { IncomingMessage } from 'node:http' */
/** @import { CallbackEvent, DepartmentCommand, Status } from './jieban.mjs' */

const { PORT = '8090', HOST = '127.0.0.1', INBOX = 'inbox/callbacks.jsonl', PACE_MS = '2000' } = process.env;
const MAX_BYTES = 1_000_000;

const inbox = new Inbox(INBOX);
if (process.argv.includes('--list')) {
  for (const line of ['ticketNo,version', ...inbox.tickets().map((one) => `${one.ticketNo},${one.version}`)]) {
    console.log(line);
  }
  process.exit(0);
}

const jieban = new JiebanDepartment({
  baseUrl: required('JIEBAN_URL'),
  departmentId: required('JIEBAN_DEPARTMENT'),
  // During a rotation: the new one, a comma, the old one.
  secret: required('JIEBAN_SECRET').split(','),
});

/** @param {string} name */
function required(name) {
  const value = process.env[name];
  if (value) return value;
  console.error(`缺少环境变量 ${name} / the environment variable ${name} is missing`);
  process.exit(2);
}

// 1. Verify the raw bytes. 2. Store. 3. Answer. 4. Only then work: ten seconds after the request Jieban gives up.
const server = createServer(async (request, response) => {
  const answer = (/** @type {number} */ status, /** @type {object} */ body) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  try {
    if (request.method !== 'POST' || request.url !== '/callbacks') return answer(404, { error: 'no such path' });
    const raw = await rawBody(request);
    if (raw === undefined) return answer(413, { error: 'too large' });
    const event = verified(raw, request.headers);
    if (event === undefined) return answer(401, { error: 'signature not accepted' });
    const outcome = inbox.take(event);
    // A duplicate and a stale message are successes, too: otherwise they come again.
    answer(200, { received: outcome });
    if (outcome === 'new') act(event);
    else console.log(`${event.subject}  ${outcome === 'duplicate' ? '重复' : '过时'}，不再处理  ${event.id}`);
  } catch (error) {
    console.error('没有收下 / not taken:', error);
    // Not stored, so not taken: Jieban sends it again.
    if (!response.headersSent) answer(503, { error: 'try again' });
  }
});

/** @param {Buffer} raw @param {IncomingMessage['headers']} headers */
function verified(raw, headers) {
  try {
    return jieban.verify(raw, headers);
  } catch (error) {
    console.error(`签名不对，拒收 / refused: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/** @param {IncomingMessage} request @returns {Promise<Buffer | undefined>} */
async function rawBody(request) {
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** @param {CallbackEvent} event */
function act(event) {
  show(event);
  const type = event.type.split('.')[3];
  if (type === 'withdrawn' || type === 'closed') ended.add(event.subject);
  if (type === 'dispatched') {
    ended.delete(event.subject);
    // Perhaps it was on the work list already when this program started.
    if (!atWork.has(event.subject)) start(event.subject, event.data.status);
  }
  // `decided` with HANDLING or REWORK: the hotline sent the answer back. With any other state there is nothing to do.
  if (type === 'reworkOrdered' || type === 'decided') start(event.subject, event.data.status);
}

/** @param {CallbackEvent} event */
function show({ type, subject, data }) {
  const { request, appellant } = data;
  const lines = [`${subject}  收到 ${type}（第 ${data.sequence} 条，版本 ${data.ticketVersion}，${data.status}）`];
  if (request !== undefined) {
    lines.push(`  标题    ${request.title}`, `  内容    ${request.content}`);
    lines.push(`  地点    ${[request.place.town, request.place.text].filter(Boolean).join(' ') || '—'}`);
    lines.push(
      `  诉求人  ${appellant === undefined ? '保密或匿名' : `${appellant.name ?? '—'} ${appellant.phone ?? ''}`}`,
    );
  }
  for (const { at, text } of data.additions ?? []) lines.push(`  补充    ${at} ${text}`);
  for (const [clock, at] of Object.entries(data.deadlines)) lines.push(`  时限    ${clock} ${at}`);
  if (data.reason !== undefined) lines.push(`  原因    ${data.reason}`);
  console.log(lines.join('\n'));
}

/** Tickets that are no longer ours. @type {Set<string>} */
const ended = new Set();
/** One thing at a time on each ticket. @type {Map<string, Promise<void>>} */
const atWork = new Map();

/** @param {string} ticketNo @param {Status} status */
function start(ticketNo, status) {
  const before = atWork.get(ticketNo) ?? Promise.resolve();
  const now = before
    .then(() => work(ticketNo, status))
    .catch((error) => {
      // What is left stands on the work list, which is read at the next start.
      const why = error instanceof JiebanError ? `${error.code} ${error.detail ?? ''}` : error;
      console.error(`${ticketNo}  没有办成:`, why);
    })
    .finally(() => {
      if (atWork.get(ticketNo) === now) atWork.delete(ticketNo);
    });
  atWork.set(ticketNo, now);
}

/** What this example's clerk does next in each state. In your program people do. @type {Partial<Record<Status, readonly DepartmentCommand[]>>} */
const STEPS = {
  AWAIT_SIGN: [{ command: 'sign', handler: 'A017' }],
  SIGNED: [{ command: 'accept', handler: 'A017' }],
  HANDLING: [
    { command: 'contact', handler: 'A017', note: '已电话联系诉求人，核实情况。' },
    {
      command: 'reply',
      handler: 'A017',
      resultCode: 'solved',
      handling: '已现场核实并处理完毕。',
      publicAnswer: '您好，您反映的问题已经处理完毕，感谢您的监督。',
    },
  ],
};

/** @param {string} ticketNo @param {Status} status */
async function work(ticketNo, status) {
  let current = status;
  for (;;) {
    const steps = STEPS[current === 'REWORK' ? 'HANDLING' : current];
    if (steps === undefined) return;
    for (const command of steps) {
      await sleep(Number(PACE_MS));
      if (ended.has(ticketNo)) return;
      const answer = await jieban.command(ticketNo, command);
      console.log(`${ticketNo}  ${command.command} → ${answer.status}（版本 ${answer.ticketVersion}）`);
      current = answer.status;
    }
  }
}

server.listen(Number(PORT), HOST, async () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : PORT;
  console.log(`receiver ready http://${HOST}:${port}/callbacks`);
  // What came while we were away, and what was left undone.
  try {
    for await (const { ticketNo, status } of jieban.tickets()) if (!atWork.has(ticketNo)) start(ticketNo, status);
  } catch (error) {
    console.error('待办清单读不到 / work list not read:', error instanceof Error ? error.message : error);
  }
});

for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(0));
