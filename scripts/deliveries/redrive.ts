/**
 * `deliveries redrive`: a dead-letter queue's messages back to the queue that they came from. AWS China has no redrive of its
 * own. Each message is received, sent unchanged, then deleted: whatever ends in between, none is lost, and one may come twice,
 * which every worker bears.
 */
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  paginateListQueues,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { lastQueues } from '#infra/local/cli/folder.ts';
import { Failure, number, required, UsageError } from '../shared/words.ts';

/** As their constructs are called in the stateless stack. */
const QUEUES: Readonly<Record<string, string>> = {
  intake: 'Intake',
  dispatch: 'Dispatch',
  feedback: 'Feedback',
  timers: 'Timers',
};
const BATCH = 10;
/** Longer than one batch takes; what wasn't moved is visible again after it (s). */
const HOLD_SECONDS = 60;
const TELL_EVERY = 100;

export interface RedriveOptions {
  readonly queue?: string | undefined;
  readonly district: string;
  readonly region?: string | undefined;
  readonly profile?: string | undefined;
  readonly max?: string | undefined;
  /** Data folder of the local instance. */
  readonly data: string;
}

export async function redrive(options: RedriveOptions): Promise<void> {
  const queue = required(options.queue, 'queue');
  if (queue === 'fanout') {
    throw new Failure(
      'fanout 的死信只记着一段事件流,不是消息本身,不能搬回:照 docs/runbook.md 的 fanout-dead-letters 逐件补发',
    );
  }
  const construct = QUEUES[queue];
  if (construct === undefined) throw new UsageError(`--queue 是 ${Object.keys(QUEUES).join('、')} 之一`);
  const most = mostOf(options.max);
  const sqs = clientFor(options);
  try {
    const urls = await queueUrls(sqs, `jieban-${options.district}-stateless`);
    const source = only(urls, `${construct}Queue`);
    const dead = only(urls, `${construct}DeadLettersQueue`);
    const waiting = await depth(sqs, dead);
    console.log(`${queue} 的死信队列里有 ${number(waiting)} 条`);
    // Only what is there now: what fails once more and comes back is not moved in circles.
    const moved = await move(sqs, dead, source, Math.min(waiting, most));
    console.log(`搬回 ${number(moved)} 条`);
  } finally {
    sqs.destroy();
  }
}

function mostOf(max: string | undefined): number {
  if (max === undefined) return Number.POSITIVE_INFINITY;
  const value = Number(max);
  if (!Number.isInteger(value) || value < 1) throw new UsageError('--max 是正整数');
  return value;
}

/** On AWS with the SDK's own credentials; without a region the local instance's queues. */
function clientFor({ region, profile, data }: RedriveOptions): SQSClient {
  if (region !== undefined) return new SQSClient({ region, ...(profile === undefined ? {} : { profile }) });
  if (profile !== undefined) throw new UsageError('--profile 要同 --region 一起用');
  const local = lastQueues(data);
  if (local === undefined) throw new Failure(`${data} 里没有本机实例:先 npm start,或用 --region 指明 AWS 区域`);
  return new SQSClient({
    ...local,
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    // The emulator names a host in its URLs that not every resolver knows.
    useQueueUrlAsEndpoint: false,
  });
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

async function move(sqs: SQSClient, from: string, to: string, count: number): Promise<number> {
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
    await Promise.all(
      Messages.map(async ({ Body, ReceiptHandle }) => {
        await sqs.send(new SendMessageCommand({ QueueUrl: to, MessageBody: Body ?? '' }));
        await sqs.send(new DeleteMessageCommand({ QueueUrl: from, ReceiptHandle }));
      }),
    );
    const before = moved;
    moved += Messages.length;
    if (Math.floor(moved / TELL_EVERY) > Math.floor(before / TELL_EVERY)) console.log(`已搬回 ${number(moved)} 条……`);
  }
  return moved;
}
