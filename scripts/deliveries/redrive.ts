/**
 * `deliveries redrive`: a dead-letter queue's messages back to the queue that they came from. AWS China has no redrive of its
 * own. Each message is received, sent unchanged, then deleted: whatever ends in between, none is lost, and one may come twice,
 * which every worker bears.
 */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  paginateListQueues,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { lastServices } from '#infra/local/cli/folder.ts';
import { Failure, number, required, UsageError } from '../shared/words.ts';
import { pointersIn, stretchOf, ticketsTable } from './stretch.ts';

/** As their constructs are called in the stateless stack. */
const QUEUES: Readonly<Record<string, string>> = {
  intake: 'Intake',
  dispatch: 'Dispatch',
  feedback: 'Feedback',
  timers: 'Timers',
};
const BATCH = 10;
/** Of what fan-out gave up; its messages name a stretch of the stream. */
const FANOUT = 'fanout';
/** Longer than one batch takes; what wasn't moved is visible again after it (s). */
const HOLD_SECONDS = 900;
const TELL_EVERY = 100;

export interface RedriveOptions {
  readonly queue?: string | undefined;
  readonly district: string;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly max?: string | undefined;
  /** Of tickets, where it is not the stack's own: after a restore. */
  readonly table?: string | undefined;
  /** Data folder of the local instance. */
  readonly data: string;
}

export async function redrive(options: RedriveOptions): Promise<void> {
  const queue = required(options.queue, 'queue');
  const construct = QUEUES[queue];
  if (construct === undefined && queue !== FANOUT) {
    throw new UsageError(`--queue 是 ${[...Object.keys(QUEUES), FANOUT].join('、')} 之一`);
  }
  const most = mostOf(options.max);
  const { sqs, dynamodb } = clientsFor(options);
  try {
    const urls = await queueUrls(sqs, `jieban-${options.district}-stateless`);
    const dead = only(urls, construct === undefined ? 'FanoutDlqQueue' : `${construct}DeadLettersQueue`);
    const waiting = await depth(sqs, dead);
    console.log(`${queue} 的死信队列里有 ${number(waiting)} 条`);
    // Only what is there now: what fails once more and comes back is not moved in circles.
    const count = Math.min(waiting, most);
    if (construct !== undefined) {
      const moved = await move(sqs, dead, count, sendTo(sqs, only(urls, `${construct}Queue`)));
      console.log(`搬回 ${number(moved)} 条`);
      return;
    }
    const table = options.table ?? (await ticketsTable(dynamodb, `jieban-${options.district}-stateful`));
    let resent = 0;
    const moved = await move(sqs, dead, count, async (body) => {
      resent += await resend(sqs, urls, dynamodb, table, body);
    });
    console.log(`${number(moved)} 段事件流,补发 ${number(resent)} 件`);
  } finally {
    sqs.destroy();
    dynamodb.destroy();
  }
}

const sendTo = (sqs: SQSClient, QueueUrl: string) => (MessageBody: string) =>
  sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));

/** Points every consumer to the events of a stretch again; returns how many pointers were sent. */
async function resend(
  sqs: SQSClient,
  urls: readonly string[],
  dynamodb: DynamoDBClient,
  table: string,
  body: string,
): Promise<number> {
  const stretch = stretchOf(body);
  if (stretch === undefined) throw new Failure('有一条死信没有写明哪一段事件流,留在队列里了');
  console.log(`补发 ${stretch.from} 到 ${stretch.to} 之间的事件……`);
  const found = await pointersIn(dynamodb, table, stretch);
  for (let start = 0; start < found.length; start += BATCH) {
    await Promise.all(
      found
        .slice(start, start + BATCH)
        .map(({ consumer, pointer }) =>
          sendTo(sqs, only(urls, `${QUEUES[consumer] ?? consumer}Queue`))(JSON.stringify(pointer)),
        ),
    );
  }
  return found.length;
}

function mostOf(max: string | undefined): number {
  if (max === undefined) return Number.POSITIVE_INFINITY;
  const value = Number(max);
  if (!Number.isInteger(value) || value < 1) throw new UsageError('--max 是正整数');
  return value;
}

/** On AWS with the SDK's own credentials; without a region the local instance's queues and tables. */
function clientsFor({ region, profile, data }: RedriveOptions): { sqs: SQSClient; dynamodb: DynamoDBClient } {
  if (region !== undefined) {
    const settings = { region, ...(profile === undefined ? {} : { profile }) };
    return { sqs: new SQSClient(settings), dynamodb: new DynamoDBClient(settings) };
  }
  if (profile !== undefined) throw new UsageError('--profile 要同 --region 一起用');
  const local = lastServices(data);
  if (local === undefined) throw new Failure(`${data} 里没有本机实例:先 npm start,或用 --region 指明 AWS 区域`);
  const settings = { region: local.region, credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  return {
    // The emulator names a host in its URLs that not every resolver knows.
    sqs: new SQSClient({ ...settings, endpoint: local.sqs, useQueueUrlAsEndpoint: false }),
    dynamodb: new DynamoDBClient({ ...settings, endpoint: local.dynamodb }),
  };
}

/** Of all queues of the stack, by name. */
async function queueUrls(client: SQSClient, stack: string): Promise<string[]> {
  const urls: string[] = [];
  try {
    for await (const { QueueUrls = [] } of paginateListQueues(
      { client },
      { QueueNamePrefix: stack, MaxResults: 100 },
    )) {
      urls.push(...QueueUrls);
    }
  } catch (error) {
    throw new Failure(
      `队列列表读不到:${error instanceof Error ? error.name : '未知错误'}。实例在运行吗?凭证和区域对吗?`,
    );
  }
  return urls;
}

function only(urls: readonly string[], logicalId: string): string {
  // CloudFormation appends a hash to the logical id, and a suffix of its own.
  const found = urls.filter((url) => new RegExp(`-${logicalId}[0-9A-F]{8}`).test(url.split('/').at(-1) ?? ''));
  if (found.length !== 1 || found[0] === undefined)
    throw new Failure(`找不到队列 ${logicalId}(找到 ${found.length} 个)`);
  return found[0];
}

async function depth(sqs: SQSClient, QueueUrl: string): Promise<number> {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['ApproximateNumberOfMessages'] }),
  );
  return Number(Attributes?.ApproximateNumberOfMessages ?? 0);
}

/** Each message is handed on, then deleted. */
async function move(
  sqs: SQSClient,
  from: string,
  count: number,
  handOn: (body: string) => Promise<unknown>,
): Promise<number> {
  let moved = 0;
  while (moved < count) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl: from,
        MaxNumberOfMessages: Math.min(BATCH, count - moved),
        VisibilityTimeout: HOLD_SECONDS,
        WaitTimeSeconds: 1,
      }),
    );
    if (Messages.length === 0) return moved;
    for (const { Body = '', ReceiptHandle } of Messages) {
      await handOn(Body);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle }));
      moved += 1;
      if (moved % TELL_EVERY === 0) console.log(`已处理 ${number(moved)} 条……`);
    }
  }
  return moved;
}
