/** A demo department after a restart: asks for its work list and takes up what was left, by status. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { KEYS, openWorld, type World } from './world.ts';

const pages: Record<string, object> = {
  '/departments/alpha/tickets': {
    tickets: [
      { ticketNo: 'XA2026112300000017', status: 'AWAIT_SIGN', kind: 'complaint', deadlines: {} },
      { ticketNo: 'XA2026112300000025', status: 'HANDLING', kind: 'consult', deadlines: {} },
    ],
    cursor: 'next',
  },
  '/departments/alpha/tickets?cursor=next': {
    tickets: [
      { ticketNo: 'XA2026112300000033', status: 'REPLIED', kind: 'help', deadlines: {} },
      { ticketNo: 'XA2026112300000041', status: 'SIGNED', kind: 'help', deadlines: {} },
    ],
  },
};
let posted: string[];
let asked: string[];
let jieban: Server;
let world: World;

beforeEach(async () => {
  posted = [];
  asked = [];
  jieban = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString();
      const path = request.url ?? '';
      new Webhook(KEYS.alpha).verify(body, request.headers as Record<string, string>, { jsonParse: false });
      response.writeHead(200, { 'content-type': 'application/json' });
      if (request.method === 'GET') {
        asked.push(path);
        response.end(JSON.stringify(pages[path]));
      } else {
        posted.push(`${path.split('/')[4]} ${(JSON.parse(body) as { command: string }).command}`);
        response.end('{}');
      }
    });
  });
  await new Promise<void>((resolve) => jieban.listen(0, '127.0.0.1', resolve));
  world = await openWorld();
  const url = `http://127.0.0.1:${(jieban.address() as AddressInfo).port}`;
  world.platforms.departments.attach({ url, speed: () => 1_000_000 });
});
afterEach(async () => {
  await world.close();
  jieban.closeAllConnections();
  await new Promise((resolve) => jieban.close(resolve));
});

it('reads every page and does what is left in each state; a silent one is not asked for', async () => {
  await world.platforms.departments.resume(['alpha', 'silent']);
  await expect.poll(() => posted.length, { timeout: 10_000 }).toBe(9);
  expect(asked).toEqual(Object.keys(pages));
  const of = (ticketNo: string) => posted.filter((line) => line.startsWith(ticketNo)).map((line) => line.split(' ')[1]);
  expect(of('XA2026112300000017')).toEqual(['sign', 'accept', 'contact', 'reply']);
  expect(of('XA2026112300000025')).toEqual(['contact', 'reply']);
  expect(of('XA2026112300000041')).toEqual(['accept', 'contact', 'reply']);
  expect(of('XA2026112300000033')).toEqual([]);
});
