/** Sends to SQS. Bodies are JSON; attributes stay empty, because they are not encrypted. */
import { SendMessageBatchCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { env, sqs } from './aws.ts';

export type QueueVariable = 'INTAKE_QUEUE_URL' | 'DISPATCH_QUEUE_URL' | 'FEEDBACK_QUEUE_URL' | 'TIMERS_QUEUE_URL';

/** `delaySeconds`: 0 to 900, real time. */
export async function send(queue: QueueVariable, message: unknown, delaySeconds = 0): Promise<void> {
  await sqs().send(
    new SendMessageCommand({
      QueueUrl: env(queue),
      MessageBody: JSON.stringify(message),
      ...(delaySeconds > 0 ? { DelaySeconds: delaySeconds } : {}),
    }),
  );
}

/** Sends any number, ten a call; returns the indexes that the service refused. */
export async function sendAll(queue: QueueVariable, messages: readonly unknown[]): Promise<number[]> {
  const failed: number[] = [];
  for (let start = 0; start < messages.length; start += 10) {
    const chunk = messages.slice(start, start + 10);
    const answer = await sqs().send(
      new SendMessageBatchCommand({
        QueueUrl: env(queue),
        Entries: chunk.map((message, index) => ({ Id: String(index), MessageBody: JSON.stringify(message) })),
      }),
    );
    for (const failure of answer.Failed ?? []) failed.push(start + Number(failure.Id));
  }
  return failed;
}
