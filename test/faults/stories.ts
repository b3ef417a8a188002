/** The day's work in three stories. Some who ask for something ask twice, as senders do that missed the answer. */
import { randomUUID } from 'node:crypto';
import type { DepartmentCommand, HotlineCommand } from '#schemas/command.ts';
import type { Channel } from '#schemas/common.ts';
import type { IntakeReceipt } from '#schemas/intake.ts';
import { type Answer, phoneRequest, signed, websiteRequest, wechatRequest } from '../e2e/support.ts';
import type { Matter, World } from './world.ts';

const JSON_BODY = { 'content-type': 'application/json' };
const REASON = '测试';
/** Another unit than the router's choice for these requests. */
const OTHERS = ['renshe', 'zhujian'];

export type Story = (world: World, name: string) => Promise<Matter[]>;

async function submit(world: World, channel: Channel, channelRef: string, more: object = {}): Promise<Matter> {
  const { jieban } = world;
  const send = (): Promise<Answer<IntakeReceipt>> => {
    if (channel === 'wechat') return jieban.wechat(`demo-${channelRef}`, { ...wechatRequest(channelRef), ...more });
    const request = channel === 'phone' ? phoneRequest(channelRef) : websiteRequest(channelRef);
    return jieban.post(channel, { ...request, ...more });
  };
  const insist = (): Promise<IntakeReceipt> => world.insist(`request ${channelRef}`, send);
  // The mini-program logs in once before it sends anything.
  const first = channel === 'wechat' ? [await insist(), await insist()] : await Promise.all([insist(), insist()]);
  const receipt = first[0] as IntakeReceipt;
  return { channel, channelRef, receipt, numbers: new Set(first.map(({ ticketNo }) => ticketNo)), done: [] };
}

/** Both copies of a message must be answered alike. */
async function department(
  world: World,
  unit: string,
  { receipt, done }: Matter,
  command: DepartmentCommand,
  type: string,
) {
  const { jieban } = world;
  const path = `/departments/${unit}/tickets/${receipt.ticketNo}/commands`;
  const key = jieban.secrets.departments[unit]?.keys[0] ?? '';
  const id = `msg_${randomUUID()}`;
  const send = () => world.insist(command.command, () => jieban.raw(path, signed(key, command, id)));
  await send();
  if (command.command === 'progress') await send();
  done.push(type);
}

async function desk(world: World, { receipt, done }: Matter, command: HotlineCommand, type: string): Promise<void> {
  const { jieban } = world;
  const token = await jieban.platforms.oidc.token('desk-7', 'dispatcher');
  const headers = { ...JSON_BODY, authorization: `Bearer ${token}`, 'idempotency-key': randomUUID() };
  const body = JSON.stringify(command);
  for (let copy = 0; copy < 2; copy++) {
    await world.insist(command.command, () =>
      jieban.raw(`/hotline/tickets/${receipt.ticketNo}/commands`, { method: 'POST', headers, body }),
    );
  }
  done.push(type);
}

async function citizen(world: World, { receipt, done }: Matter, word: string, body: object, type: string) {
  const headers = { ...JSON_BODY, 'x-query-code': receipt.queryCode };
  const path = `/tickets/${receipt.ticketNo}/${word}`;
  for (let copy = 0; copy < 2; copy++) {
    await world.insist(word, () => world.jieban.raw(path, { method: 'POST', headers, body: JSON.stringify(body) }));
  }
  done.push(type);
}

/** @throws Error when no unit was told */
function ownerOf({ jieban }: World, { receipt: { ticketNo } }: Matter): string {
  const told = jieban.platforms.departments.received({ ticketNo });
  const owner = told.findLast(({ event }) => event.type.includes('.dispatched.'))?.department;
  if (owner === undefined) throw new Error(`callbacks: no unit was told of ${ticketNo}`);
  return owner;
}

/** By each channel: told, worked on, answered, reviewed, rated. */
export const answered: Story = async (world, name) => {
  const channels = ['phone', 'website', 'wechat'] as const;
  const matters = await Promise.all(channels.map((channel) => submit(world, channel, `${name}-${channel}`)));
  await world.settle(matters);
  await Promise.all(
    matters.map(async (matter) => {
      const owner = ownerOf(world, matter);
      await department(world, owner, matter, { command: 'sign' }, 'signed');
      await department(world, owner, matter, { command: 'accept' }, 'accepted');
      await department(world, owner, matter, { command: 'progress', note: '已到场' }, 'progressed');
      const reply = {
        command: 'reply',
        resultCode: 'solved',
        handling: '已办',
        publicAnswer: '已经办理完毕。',
      } as const;
      await department(world, owner, matter, reply, 'replied');
      await desk(world, matter, { command: 'review', approve: true, reason: REASON }, 'answerApproved');
    }),
  );
  await world.settle(matters);
  await Promise.all(
    matters.map((matter) => citizen(world, matter, 'rating', { solved: true, satisfaction: 'satisfied' }, 'rated')),
  );
  await world.settle(matters);
  return matters;
};

/** Nobody signs: yellow, orange, red. */
export const overdue: Story = async (world, name) => {
  const { jieban } = world;
  const { clock } = jieban.runner.plane;
  const matter = await submit(world, 'phone', `${name}-late`, { urgency: 'critical' });
  await world.settle([matter]);
  const { channel, channelRef, receipt } = matter;
  const { ticket } = await world.rows(channel, channelRef, receipt.ticketNo);
  const marks = ticket?.clocks.find(({ id }) => id === 'sign')?.marks;
  if (marks === undefined) throw new Error('the ticket has no clock for its signature');
  for (const at of [marks.yellow, marks.orange, marks.red]) {
    clock.advanceTo(Date.parse(at));
    await world.settle([matter]);
  }
  matter.done.push('warned yellow', 'warned orange', 'warned red');
  await desk(world, matter, { command: 'cancel', reason: REASON }, 'cancelled');
  await world.settle([matter]);
  return [matter];
};

/** Not ours, says the first unit; the citizen adds something while the second one works. */
export const returned: Story = async (world, name) => {
  const matter = await submit(world, 'phone', `${name}-back`);
  await world.settle([matter]);
  const first = ownerOf(world, matter);
  const second = OTHERS.find((unit) => unit !== first) ?? '';
  const refusal = { reasonCode: 'notOurDuty', reason: '不属本单位', legalBasis: '三定方案' } as const;
  const back = { command: 'return', ...refusal, suggestedDepartment: second } as const;
  await department(world, first, matter, back, 'returnRequested');
  await desk(world, matter, { command: 'approveReturn', owner: second, reason: REASON }, 'returnApproved');
  // In the same commit.
  matter.done.push('dispatched');
  await world.settle([matter]);
  await department(world, second, matter, { command: 'sign' }, 'signed');
  await department(world, second, matter, { command: 'accept' }, 'accepted');
  await Promise.all([
    citizen(world, matter, 'append', { text: '补充:还有一处。' }, 'appended'),
    department(world, second, matter, { command: 'progress', note: '已派人' }, 'progressed'),
  ]);
  await world.settle([matter]);
  await desk(world, matter, { command: 'cancel', reason: REASON }, 'cancelled');
  await world.settle([matter]);
  return [matter];
};
