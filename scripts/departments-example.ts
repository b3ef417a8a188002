/**
 * `npm run departments:example`: the receiver that departments may copy (docs/departments/typescript) against the running local
 * instance. It answers for one unit in place of the built-in demo department, until Ctrl+C.
 *
 *     --department guanbuqiao   whom it answers for; examples/phone.json goes to this one
 *     --port 8090               where it listens
 *     --list                    only prints what it has received and still holds, as CSV for `npm run reconcile`
 *     --secret                  only prints the unit's secret on this instance, for a program of one's own
 *     --endpoint URL            only sends the unit's callbacks there, to a program of one's own at this machine
 *     --back                    only gives the unit back to the demo department
 *     --data FOLDER             data folder of the instance; else JIEBAN_DATA, else .jieban
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Webhook } from 'standardwebhooks';
import { lastUrl } from '#infra/local/cli/folder.ts';
import { readSecret } from '#infra/local/cli/secrets.ts';
import { lastPlatforms } from '#infra/local/platforms/index.ts';

const RECEIVER = fileURLToPath(new URL('../docs/departments/typescript/receiver.mjs', import.meta.url));
/** A function that read the secret a moment ago reads it anew no sooner, see functions/adapters/secrets.ts (ms). */
const SECRET_SETTLES_MS = 10_500;

const { values } = parseArgs({
  options: {
    department: { type: 'string', default: 'guanbuqiao' },
    port: { type: 'string', default: '8090' },
    list: { type: 'boolean', default: false },
    secret: { type: 'boolean', default: false },
    endpoint: { type: 'string' },
    back: { type: 'boolean', default: false },
    data: { type: 'string', default: process.env.JIEBAN_DATA ?? '.jieban' },
  },
});
const { department, data } = values;
const inbox = join(resolve(data), 'departments-example', `${department}.jsonl`);

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function keysOf(): readonly string[] {
  const entry = readSecret(data, 'departments')[department];
  if (entry === undefined)
    return fail(`没有单位 ${department}：单位代号见 districts/xianan/departments.csv / no such unit`);
  if (entry.endpoint?.startsWith('https:'))
    return fail(`${department} 已有自己的推送地址 ${entry.endpoint}，示例不接管 / has its own endpoint`);
  return entry.keys;
}

/** Where the unit's callbacks go from now on; without an address to the demo department again. */
async function point(keys: readonly string[], endpoint?: string): Promise<void> {
  const body = JSON.stringify(endpoint === undefined ? {} : { endpoint });
  const id = `msg_${randomUUID()}`;
  const now = new Date();
  const response = await fetch(`${lastPlatforms(data).url}/departments/${department}/endpoint`, {
    method: 'PUT',
    headers: {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(keys[0] ?? '').sign(id, now, body),
    },
    body,
  });
  if (!response.ok) throw new Error(`the local platforms answered ${response.status}`);
}

const tellMoved = (endpoint: string): void =>
  console.log(`${department} 的推送改到 ${endpoint}，约十秒后生效 / callbacks go there in about ten seconds`);

/** Resolves with the address that the receiver prints once it listens; undefined when it ends before. */
function ready(child: ChildProcess): Promise<string | undefined> {
  return new Promise((done) => {
    let printed = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      process.stdout.write(chunk);
      printed += chunk.toString();
      const [, url] = /^receiver ready (\S+)$/m.exec(printed) ?? [];
      if (url !== undefined) done(url);
    });
    child.once('exit', () => done(undefined));
  });
}

async function run(url: string): Promise<void> {
  const keys = keysOf();
  const child = spawn(process.execPath, [RECEIVER], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      JIEBAN_URL: url,
      JIEBAN_DEPARTMENT: department,
      JIEBAN_SECRET: keys.join(','),
      INBOX: inbox,
      PORT: values.port,
    },
  });
  const ended = new Promise<number>((done) => child.once('exit', (code) => done(code ?? 1)));
  // Ctrl+C reaches the receiver by itself; a signal from elsewhere reaches only this process.
  let asked = false;
  const stop = () => {
    asked = true;
    child.kill('SIGTERM');
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);

  const endpoint = await ready(child);
  if (endpoint === undefined)
    fail(`接收端没有起来（端口 ${values.port} 被占用的话换一个 --port）/ the receiver did not start`);
  await point(keys, endpoint);
  tellMoved(endpoint);
  await Promise.race([ended, sleep(SECRET_SETTLES_MS)]);
  if (child.exitCode === null && !asked) {
    const more = data === '.jieban' ? '' : ` --data ${data}`;
    console.log('example ready');
    console.log(`在另一个终端发一件 / in another terminal:  npm run send -- phone examples/phone.json --new${more}`);
  }
  const code = await ended;
  await point(keys);
  console.log(`${department} 交还演示部门，约十秒后生效 / given back to the demo department, in about ten seconds`);
  process.exitCode = asked ? 0 : code;
}

try {
  if (values.list) {
    const child = spawn(process.execPath, [RECEIVER, '--list'], {
      stdio: 'inherit',
      env: { ...process.env, INBOX: inbox },
    });
    child.once('exit', (code) => process.exit(code ?? 1));
  } else if (values.secret) console.log(keysOf()[0]);
  else if (values.endpoint !== undefined) {
    await point(keysOf(), values.endpoint);
    tellMoved(values.endpoint);
  } else if (values.back) await point(keysOf());
  else {
    const url = lastUrl(data);
    if (url === undefined) fail(`${data} 里没有运行过的实例：先 npm start / no instance: start Jieban with npm start`);
    await run(url);
  }
} catch (error) {
  const refused = error instanceof TypeError && error.message === 'fetch failed';
  const message = error instanceof Error ? error.message : String(error);
  fail(refused ? `本机实例没有应答：先 npm start / nothing answers: start Jieban with npm start` : message);
}
