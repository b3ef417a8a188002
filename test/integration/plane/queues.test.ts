import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, test, vi } from 'vitest';
import type { Plane } from '#infra/local/plane/index.ts';
import { afterThisTest, credentials, planeIn, temporaryFolder } from './support.ts';

function clientOf(plane: Plane): SQSClient {
  const client = new SQSClient({ endpoint: plane.endpoints.sqs, region: plane.region, credentials });
  afterThisTest(() => client.destroy());
  return client;
}

async function receive(client: SQSClient, url: string, seconds = 0) {
  const { Messages } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: 10,
      WaitTimeSeconds: seconds,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    }),
  );
  return Messages ?? [];
}

test('messages survive a restart that changes the port, in flight ones included', async () => {
  const dataDir = temporaryFolder();
  const first = await planeIn(dataDir);
  const { url, arn } = await first.ensureQueue('Intake', { VisibilityTimeout: '900' });
  const client = clientOf(first);
  await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'one' }));
  await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'two' }));
  expect((await receive(client, url)).map((m) => m.Body)).toEqual(['one', 'two']);
  expect(await receive(client, url)).toEqual([]);
  await first.stop();

  const second = await planeIn(dataDir);
  const again = await second.ensureQueue('Intake', { VisibilityTimeout: '900' });
  expect(again.arn).toBe(arn);
  expect(new URL(again.url).origin).toBe(second.endpoints.sqs);
  const messages = await receive(clientOf(second), again.url);
  expect(messages.map((m) => m.Body)).toEqual(['one', 'two']);
  expect(messages.map((m) => m.Attributes?.ApproximateReceiveCount)).toEqual(['2', '2']);
  // A URL of the first run names the same queue, whatever its port was.
  await clientOf(second).send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'three' }));
  expect((await receive(clientOf(second), again.url)).map((m) => m.Body)).toEqual(['three']);
});

test('the URL handed out works with the default options of the SDK', async () => {
  const plane = await planeIn(temporaryFolder());
  const { url } = await plane.ensureQueue('Intake', {});
  vi.stubEnv('AWS_ENDPOINT_URL_SQS', plane.endpoints.sqs);
  vi.stubEnv('AWS_REGION', plane.region);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  afterThisTest(() => void vi.unstubAllEnvs());
  const client = new SQSClient();
  afterThisTest(() => client.destroy());
  await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'hello' }));
  expect((await receive(client, url)).map((m) => m.Body)).toEqual(['hello']);
});

test('a message that fails too often goes to the dead-letter queue, whatever partition its ARN names', async () => {
  const dataDir = temporaryFolder();
  const plane = await planeIn(dataDir);
  const dlq = await plane.ensureQueue('IntakeDlq', {});
  const policy = { deadLetterTargetArn: dlq.arn.replace('arn:aws:', 'arn:aws-cn:'), maxReceiveCount: 2 };
  const main = await plane.ensureQueue('Intake', { VisibilityTimeout: '0', RedrivePolicy: JSON.stringify(policy) });
  const client = clientOf(plane);
  await client.send(new SendMessageCommand({ QueueUrl: main.url, MessageBody: 'poison' }));
  expect((await receive(client, main.url)).map((m) => m.Attributes?.ApproximateReceiveCount)).toEqual(['1']);
  expect((await receive(client, main.url)).map((m) => m.Attributes?.ApproximateReceiveCount)).toEqual(['2']);
  expect(await receive(client, main.url)).toEqual([]);
  const dead = await receive(client, dlq.url);
  expect(dead.map((m) => m.Body)).toEqual(['poison']);
  await client.send(new DeleteMessageCommand({ QueueUrl: dlq.url, ReceiptHandle: dead[0]?.ReceiptHandle }));

  await expect(
    plane.ensureQueue('Other', { RedrivePolicy: JSON.stringify({ ...policy, deadLetterTargetArn: 'a:b:Nowhere' }) }),
  ).rejects.toThrow('the dead-letter queue Nowhere of Other');
});

test('a visibility time set to 0 gives the message back at once, and over a restart', async () => {
  const dataDir = temporaryFolder();
  const first = await planeIn(dataDir);
  const { url } = await first.ensureQueue('Intake', { VisibilityTimeout: '900' });
  const client = clientOf(first);
  await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'again' }));
  const [message] = await receive(client, url);
  await client.send(
    new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 0 }),
  );
  const [second] = await receive(client, url);
  expect(second?.Attributes?.ApproximateReceiveCount).toBe('2');
  await client.send(
    new ChangeMessageVisibilityCommand({ QueueUrl: url, ReceiptHandle: second?.ReceiptHandle, VisibilityTimeout: 0 }),
  );
  await first.stop();
  const plane = await planeIn(dataDir);
  const { url: newUrl } = await plane.ensureQueue('Intake', { VisibilityTimeout: '900' });
  const [third] = await receive(clientOf(plane), newUrl);
  expect(third?.Attributes?.ApproximateReceiveCount).toBe('3');
});

test("a long poll is answered by a message that comes, and the template's new settings are taken over", async () => {
  const plane = await planeIn(temporaryFolder());
  const { url } = await plane.ensureQueue('Intake', { VisibilityTimeout: '30' });
  const client = clientOf(plane);
  const polled = receive(client, url, 20);
  await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'late' }));
  expect((await polled).map((m) => m.Body)).toEqual(['late']);
  await plane.ensureQueue('Intake', { VisibilityTimeout: '60' });
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['VisibilityTimeout'] }),
  );
  expect(Attributes?.VisibilityTimeout).toBe('60');
});
