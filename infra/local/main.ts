/**
 * `npm start`: runs the synthesized template on this machine and prints `jieban ready <url>` when it serves.
 *
 *     --speed N                how many times faster office time (limits, retries) runs; 1 unless given
 *     --no-demo-departments    departments without an endpoint of their own get no built-in one
 *     --by-link UNIT           a unit without an API, from now on in this data folder: short messages with a code for its
 *                              clerk's page are printed here; may be given several times
 *     --no-throttle            without the rate limits of the API's edge, for load tests
 *     --poll-board             fetch the messages of the local board, as from one that cannot push
 *     --district ID            a folder under districts/
 *     --data FOLDER            data folder; else JIEBAN_DATA, else .jieban
 *     PORT                     port of the API; else 3000
 */
// First of all: a Node that is too old gets a sentence instead of a syntax error.
import '../require-node.mjs';
import { parseArgs } from 'node:util';

// As on Lambda; set before anything asks for local time, and inherited by the function workers.
process.env.TZ = 'UTC';

const USAGE =
  'usage: npm start -- [--speed N] [--no-demo-departments] [--by-link UNIT] [--no-throttle] [--poll-board] [--district ID] [--data FOLDER]';

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        speed: { type: 'string', default: '1' },
        'no-demo-departments': { type: 'boolean', default: false },
        'by-link': { type: 'string', multiple: true, default: [] },
        'no-throttle': { type: 'boolean', default: false },
        'poll-board': { type: 'boolean', default: false },
        district: { type: 'string', default: 'xianan' },
        data: { type: 'string', default: process.env.JIEBAN_DATA || '.jieban' },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(USAGE);
      process.exit(0);
    }
    const speed = Number(values.speed);
    if (!Number.isFinite(speed) || speed <= 0)
      fail('--speed is a positive number, e.g. 3600 for an office hour a second');
    const port = Number(process.env.PORT ?? 3000);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) fail('PORT is a number from 0 to 65535');
    return { ...values, speed, port };
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`);
  }
}

function explain(error: unknown, port: number): string {
  const { code, name, message } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') {
    return `port ${port} is in use: end the program that holds it, or choose another one with PORT=3001 npm start`;
  }
  if (code === 'EACCES') return `port ${port} may not be used: choose another one with PORT=3001 npm start`;
  if (name === 'DataFolderInUse') {
    return `${message} (JIEBAN_DATA=… or --data FOLDER)${servedAt === undefined ? '' : `; it serves ${servedAt}`}`;
  }
  return error instanceof Error ? (error.stack ?? message) : String(error);
}

/** Fails as listening would, before anything is started for nothing. */
async function requirePort(port: number): Promise<void> {
  const { createServer } = await import('node:net');
  await new Promise<void>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve()));
  });
}

function help(o: { url: string; data: string; speed: number; demo: boolean }): string {
  const data = o.data === '.jieban' ? '' : ` --data ${o.data}`;
  return [
    '',
    `  发第一件诉求 / first request:  npm run send -- phone examples/phone.json${data}`,
    `  操作员令牌 / operator token:   npm run -s token -- --role dispatcher --sub desk-7${data}`,
    `  接口文档 / API description:    ${o.url}/docs`,
    `  密钥 / secrets:                ${o.data}/secrets.json （仅限本机 / this machine only）`,
    `  函数日志 / function logs:      ${o.data}/logs/functions.log`,
    `  办公时间倍速 / office speed:   ${o.speed}×    演示部门 / demo departments: ${o.demo ? '开 on' : '关 off'}`,
    '  停止 / stop:                   Ctrl+C',
    '',
  ].join('\n');
}

/** Office time never runs backwards: a folder that ran fast stays ahead, and people should know. */
const AHEAD_WORTH_A_WORD_MS = 60_000;
function aheadOf(ms: number): string {
  const hours = Math.floor(ms / 3_600_000);
  const span = `${Math.floor(hours / 24)} d ${hours % 24} h ${Math.floor((ms % 3_600_000) / 60_000)} min`;
  return `办公时间比实际时间快 ${span}（此前用过 --speed）；要从头开始，请换数据目录或删除它 / office time is ${span} ahead of the wall clock, because this folder ran fast before; a fresh folder begins anew`;
}

/** Of units by link: their short messages are printed, and go nowhere. */
const NOBODYS_PHONE = '+8613800000000';

/** Where the last instance on this folder served, for the message that it still does. */
let servedAt: string | undefined;

const options = readOptions();
const demo = !options['no-demo-departments'];

/** Set once everything runs; a signal before that stops it as soon as it does. */
let stop: (() => Promise<void>) | undefined;
let stopAsked = 0;
/** Ctrl+C reaches us twice, from the terminal and handed on by npm: within so many ms that is one signal. */
const ONE_PRESS_MS = 500;

function endCleanly(): void {
  stop?.().then(
    () => process.exit(0),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
}

/** The first signal ends cleanly, a second one at once. */
const onSignal = (signal: NodeJS.Signals) => {
  const now = performance.now();
  if (stopAsked > 0) {
    if (now - stopAsked > ONE_PRESS_MS) process.exit(signal === 'SIGINT' ? 130 : 143);
    return;
  }
  stopAsked = now;
  console.log('正在停止 / stopping …');
  endCleanly();
};
process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);
// The terminal was closed.
process.on('SIGHUP', onSignal);

try {
  const { lastUrl, takeFolder } = await import('./cli/folder.ts');
  // Before the port: who starts a second time should hear that it runs already, and where.
  servedAt = lastUrl(options.data);
  takeFolder(options.data).release();
  if (options.port !== 0) await requirePort(options.port);
  const { startSystem } = await import('./cli/system.ts');
  const system = await startSystem({
    dataDir: options.data,
    port: options.port,
    district: options.district,
    speed: options.speed,
    demoDepartments: demo,
    clerkPhones: Object.fromEntries(options['by-link'].map((unit) => [unit, NOBODYS_PHONE])),
    pollBoard: options['poll-board'],
    ...(options['no-throttle'] ? { throttle: false } : {}),
  });
  stop = system.stop;
  if (stopAsked > 0) endCleanly();
  else {
    console.log(`jieban ready ${system.url}`);
    console.log(help({ url: system.url, data: options.data, speed: options.speed, demo }));
    const ahead = system.runner.plane.clock.now() - Date.now();
    if (ahead > AHEAD_WORTH_A_WORD_MS) console.log(`  ${aheadOf(ahead)}\n`);
  }
} catch (error) {
  fail(explain(error, options.port));
}
