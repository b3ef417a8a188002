/** 留言板 as a whole: a message that is fetched, its owner, its answer, and what everybody reads of it in the end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compileDistrict } from '#infra/district-folder.ts';
import { type Instance, startInstance, tempFolder } from './support.ts';

const silent = compileDistrict('xianan').departments.map(({ id }) => id);
let jieban: Instance;
beforeAll(async () => {
  jieban = await startInstance({ pollBoard: true, silent, frozen: true });
}, 60_000);
afterAll(() => jieban?.stop());

const NAME = '测试丙某';
const PHONE = '13800000003';

it('a citizen writes on a board that cannot push, and is answered there', { timeout: 60_000 }, async () => {
  const { platforms, runner, until, url } = jieban;
  // The citizen's own form on the board; the board is down when it is asked first.
  const written = await fetch(`${platforms.url}/messages`, {
    method: 'POST',
    body: JSON.stringify({
      title: '<b>路灯坏了</b>',
      content: `<p>我叫${NAME}，电话${PHONE}。</p><p>永安街道西大街的路灯坏了半个月，亮度<0.1。</p>`,
      name: NAME,
      phone: PHONE,
      isPublicConsent: true,
      queryCode: 'BOARD-CODE-1',
    }),
  });
  expect(written.status).toBe(201);
  const { messageId } = (await written.json()) as { messageId: string };
  platforms.board.failNextPages(1, { status: 503 });
  for (let runs = 0; runs < 3; runs++) await runner.invoke('poller', {});
  expect(platforms.board.pagesAsked()).toBeGreaterThanOrEqual(3);

  const replies = () => platforms.board.received().filter((reply) => reply.messageId === messageId);
  const accepted = await until('the board hears that it was accepted', () => replies()[0]);
  expect(accepted).toMatchObject({ state: 'accepted', isPublic: false, replyFiles: [] });
  const { ticketNo } = accepted;
  const told = () => platforms.departments.received({ ticketNo });
  const { event, department: owner } = await until('the department is told', () => told()[0]);
  expect(event.data).toMatchObject({
    request: { title: '路灯坏了', content: expect.stringContaining('亮度<0.1') },
  });

  const publicAnswer = `${NAME}您好，路灯已修复，核实电话${PHONE}。`;
  for (const command of [
    { command: 'sign' },
    { command: 'accept' },
    { command: 'reply', resultCode: 'solved', handling: '已更换灯具', publicAnswer },
  ] as const) {
    expect((await jieban.department(owner, ticketNo, command)).status).toBe(200);
  }
  // Three runs made one request, and what the department says by itself is nobody's answer yet.
  expect(told()).toHaveLength(1);
  expect(replies()).toHaveLength(1);
  expect((await jieban.operator(ticketNo, { command: 'review', approve: true, reason: '清楚' })).status).toBe(200);
  expect((await jieban.operator(ticketNo, { command: 'close', reason: '已修复' })).status).toBe(200);
  await until('the board hears that it is closed', () => replies().find(({ state }) => state === 'closed'));

  // What anybody sees on the board: question and answer, and nobody in them.
  const shown = platforms.board.shown(messageId);
  expect(shown).toMatchObject({
    state: 'closed',
    replyContent: '测**您好，路灯已修复，核实电话138****0003。',
    question: {
      title: '路灯坏了',
      content: '我叫测**，电话138****0003。\n\n永安街道西大街的路灯坏了半个月，亮度<0.1。',
    },
  });
  const kept = jieban.lines.join('\n');
  for (const secret of [NAME, PHONE, 'BOARD-CODE-1', '西大街']) expect(kept).not.toContain(secret);
  expect((await fetch(`${url}/tickets/${ticketNo}`)).status).toBe(404);
});

it('`npm start -- --poll-board` fetches what is written on the built-in board', { timeout: 120_000 }, async () => {
  const main = fileURLToPath(new URL('../../infra/local/main.ts', import.meta.url));
  const data = tempFolder();
  const child = spawn(process.execPath, [main, '--poll-board', '--speed', '300', '--data', data], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, PORT: '0' },
  });
  const exited = once(child, 'exit');
  try {
    let output = '';
    const says = (words: RegExp) =>
      new Promise<void>((resolve, reject) => {
        const look = () => words.test(output) && resolve();
        child.stdout.on('data', look);
        child.once('exit', () => reject(new Error(`ended before it said ${words}:\n${output}`)));
        look();
      });
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    await says(/jieban ready/);
    const { port } = JSON.parse(readFileSync(join(data, 'platforms.json'), 'utf8')) as { port: number };
    const message = { title: '路灯坏了', content: '永安街道西大街路灯坏了半个月' };
    const written = await fetch(`http://127.0.0.1:${port}/messages`, { method: 'POST', body: JSON.stringify(message) });
    expect(written.status).toBe(201);
    await says(/ {2}登记 {2}网站/);
  } finally {
    child.kill('SIGTERM');
    await exited;
    rmSync(data, { recursive: true, force: true });
  }
});
