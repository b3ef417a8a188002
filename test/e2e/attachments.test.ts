/** A picture from the mini-program to the department's hands: uploaded, judged, kept, linked, fetched; also over a restart. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IntakeReceipt } from '#schemas/intake.ts';
import { jpeg, pdf, program } from '#test/support/files.ts';
import { type Instance, startInstance, storedRows, tempFolder, wechatRequest } from './support.ts';

const dataDir = tempFolder();
let jieban: Instance;
const start = async (): Promise<Instance> => startInstance({ dataDir, demoDepartments: true });
beforeAll(async () => {
  jieban = await start();
});
afterAll(async () => {
  await jieban?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

const callbackOf = ({ ticketNo }: IntakeReceipt) =>
  jieban.until('the department is told', () => jieban.platforms.departments.received({ ticketNo })[0]);
const fetched = async (url: string): Promise<{ bytes: Buffer; type: string | null; disposition: string | null }> => {
  const answer = await fetch(url);
  expect(answer.status).toBe(200);
  return {
    bytes: Buffer.from(await answer.arrayBuffer()),
    type: answer.headers.get('content-type'),
    disposition: answer.headers.get('content-disposition'),
  };
};
/** What the desk reads. */
const deskLinks = async (ticketNo: string): Promise<{ name: string; url: string }[]> => {
  const { texts } = (await jieban.history(ticketNo)).body as unknown as {
    texts: Record<string, { kind: string; attachments?: { name: string; url: string }[] }>;
  };
  return Object.values(texts).find(({ kind }) => kind === 'request')?.attachments ?? [];
};

describe('pictures of a form', () => {
  const photo = jpeg(60_000);
  const paper = pdf();
  let receipt: IntakeReceipt;

  it('reach the department as links that give the very bytes', async () => {
    const attachments = [
      { name: '楼道照片', uploadId: await jieban.upload('demo-photo', photo, 'image/jpeg') },
      { name: '合同.pdf', uploadId: await jieban.upload('demo-photo', paper, 'application/pdf') },
    ];
    const answer = await jieban.wechat('demo-photo', { ...wechatRequest('photo-1'), attachments });
    expect(answer.status).toBe(202);
    receipt = answer.body;
    const links = (await callbackOf(receipt)).event.data.request?.attachments ?? [];
    expect(links.map(({ name }) => name)).toEqual(['楼道照片', '合同.pdf']);
    expect(await fetched(links[0]!.url)).toEqual({ bytes: photo, type: 'image/jpeg', disposition: 'attachment' });
    expect(await fetched(links[1]!.url)).toEqual({ bytes: paper, type: 'application/pdf', disposition: 'attachment' });
    expect(new URL(links[0]!.url).searchParams.get('response-content-disposition')).toContain(
      encodeURIComponent('楼道照片.jpg'),
    );
  });

  it('are stored by key: no row holds an address', async () => {
    const rows = JSON.stringify(await storedRows(jieban));
    expect(rows).toContain('kept/');
    expect(rows).not.toMatch(/X-Amz|127\.0\.0\.1/);
  });

  it('are at the desk’s hand, also after a restart', async () => {
    await jieban.stop();
    jieban = await start();
    const links = await deskLinks(receipt.ticketNo);
    expect(links.map(({ name }) => name)).toEqual(['楼道照片', '合同.pdf']);
    expect((await fetched(links[0]!.url)).bytes.equals(photo)).toBe(true);
  });
});

it('a confidential form tells the department no name, not even in the name to save under', async () => {
  const uploadId = await jieban.upload('demo-quiet', jpeg(), 'image/jpeg');
  const { body: receipt } = await jieban.wechat('demo-quiet', {
    ...wechatRequest('photo-2'),
    content: '我叫李示例，小区物业不公示就涨停车费。',
    attachments: [{ name: '李示例.jpg', uploadId }],
    caller: { confidential: true },
  });
  const { request } = (await callbackOf(receipt)).event.data;
  const [link] = request?.attachments ?? [];
  expect(link?.name).toBe('***.jpg');
  expect(new URL(link!.url).searchParams.get('response-content-disposition')).toContain("UTF-8''_.jpg");
  expect((await fetched(link!.url)).bytes.length).toBeGreaterThan(100);
  expect((await deskLinks(receipt.ticketNo))[0]?.name).toBe('李示例.jpg');
});

it('a program in a picture’s clothes stops the form', async () => {
  const attachments = [{ name: '照片.jpg', uploadId: await jieban.upload('demo-bad', program(), 'image/jpeg') }];
  const answer = await jieban.wechat('demo-bad', { ...wechatRequest('photo-4'), attachments });
  expect([answer.status, answer.body]).toMatchObject([422, { errors: [{ pointer: '/attachments/0' }] }]);
});

it('no line that was logged holds a name, a key or an address of a file', () => {
  expect(jieban.lines.length).toBeGreaterThan(5);
  const lines = jieban.lines.join('\n');
  for (const word of ['楼道照片', '合同', '李示例', 'kept/', 'incoming/', 'X-Amz']) expect(lines).not.toContain(word);
});
