/** A process that runs a plane, writes to it, and waits to be killed. Arguments: the data folder. */
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { ReceiveMessageCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { startPlane } from '#infra/local/plane/index.ts';
import { MACHINE, TABLE } from './killed-shared.ts';

const dataDir = process.argv[2] ?? '';
const plane = await startPlane({ dataDir, speed: 1, log: () => {} });
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const common = { region: plane.region, credentials };
await plane.ensureTable(TABLE);
const { url } = await plane.ensureQueue('Intake', { VisibilityTimeout: '900' });
plane.ensureStateMachine({ ...MACHINE, invoke: async (_arn, payload) => payload });
plane.ensureSecret({ name: 'key', arn: 'arn:key', initial: () => 'kept' });
plane.clock.advanceTo(plane.clock.now() + 3_600_000);

const dynamodb = new DynamoDBClient({ ...common, endpoint: plane.endpoints.dynamodb });
const sqs = new SQSClient({ ...common, endpoint: plane.endpoints.sqs });
const states = new SFNClient({ ...common, endpoint: plane.endpoints.states });
for (let n = 0; n < 50; n++) {
  await dynamodb.send(new PutItemCommand({ TableName: TABLE.TableName, Item: { pk: { S: `T#${n}` } } }));
  await sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: String(n) }));
}
await sqs.send(new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }));
const input = JSON.stringify({ until: new Date(plane.clock.now() + 60_000).toISOString() });
await states.send(new StartExecutionCommand({ stateMachineArn: MACHINE.arn, name: 'A-g1', input }));
process.stdout.write(`${JSON.stringify({ office: plane.clock.now(), dynamodb: plane.endpoints.dynamodb })}\n`);
