/** What the killed process and the test that starts after it agree on. */
import type { TableSpec } from '#infra/local/plane/tables.ts';

export const TABLE = {
  TableName: 'Receipts',
  KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
  AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
  BillingMode: 'PAY_PER_REQUEST',
} satisfies TableSpec;

const TICK = 'arn:aws-cn:lambda:cn-north-1:000000000000:function:Tick';

export const MACHINE = {
  name: 'SlaTimer',
  arn: 'arn:aws-cn:states:cn-north-1:000000000000:stateMachine:SlaTimer',
  definition: JSON.stringify({
    StartAt: 'Wait',
    States: {
      Wait: { Type: 'Wait', TimestampPath: '$.until', Next: 'Tick' },
      Tick: { Type: 'Task', Resource: TICK, End: true },
    },
  }),
};
