/**
 * Who may do what, as one table: `service:Action@resource` of every role that the templates make, and who may call each
 * function. Whoever changes a grant changes a line here, and whoever reviews sees it. The table was checked against the
 * calls of each handler and its adapters; a transaction needs the actions of its parts.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Assembly, functionOf, type Resource, statementsOf, synthesizeFor } from './assembly.ts';

const LOGS = ['logs:CreateLogStream@own log', 'logs:PutLogEvents@own log'];
const READ_KEY = (key: string) => [`kms:Decrypt@${key}`, `kms:DescribeKey@${key}`];
const WRITE_KEY = (key: string) => [
  ...READ_KEY(key),
  `kms:Encrypt@${key}`,
  `kms:GenerateDataKey@${key}`,
  `kms:ReEncryptFrom@${key}`,
  `kms:ReEncryptTo@${key}`,
];
/** Sending needs a data key and reads it back; receiving, and reading a secret, needs `kms:Decrypt` alone. */
const SEND = (queue: string) => [`sqs:SendMessage@${queue}`, 'kms:Decrypt@DataKey', 'kms:GenerateDataKey@DataKey'];
/** What the event source mapping does in the function's name. */
const POLL = (queue: string) => [
  `sqs:DeleteMessage@${queue}`,
  `sqs:GetQueueAttributes@${queue}`,
  `sqs:ReceiveMessage@${queue}`,
  'kms:Decrypt@DataKey',
];
const SECRET = (secret: string) => [`secretsmanager:GetSecretValue@${secret}`, 'kms:Decrypt@DataKey'];

/** Objects are encrypted by the bucket's default: reading needs `kms:Decrypt`, writing a data key too. */
const READ_KEPT = ['s3:GetObject@Attachments/kept/*', 'kms:Decrypt@DataKey'];
/** Signs uploads, looks at them, copies them; `ListBucket` tells "not there" from "forbidden". */
const TAKE_UPLOADS = [
  's3:GetObject@Attachments/incoming/*',
  's3:PutObject@Attachments/incoming/*',
  's3:ListBucket@Attachments',
  's3:PutObject@Attachments/kept/*',
  'kms:Decrypt@DataKey',
  'kms:GenerateDataKey@DataKey',
];

/** Receipt, number and caller in one transaction; the receipt is read first and after a collision. */
const CHANNEL = (secret: string) => [
  'dynamodb:GetItem@Receipts',
  'dynamodb:PutItem@Receipts',
  'dynamodb:PutItem@Callers',
  ...WRITE_KEY('DataKey'),
  ...WRITE_KEY('CallersKey'),
  ...SEND('Intake'),
  ...SECRET(secret),
  ...SECRET('QuerySecret'),
];
/** Load (by the events, when the snapshot is an old one), remembered answers, texts. */
const LOAD = ['dynamodb:GetItem@Tickets', 'dynamodb:Query@Tickets'];
/** Snapshot, events, texts and dedupe row in one transaction. */
const CHANGE = [...LOAD, 'dynamodb:PutItem@Tickets', ...WRITE_KEY('DataKey')];

/** Rows of an ended ticket that are no history, the receipts with the same words, the caller, the files. */
const ERASE = [
  ...CHANGE,
  'dynamodb:DeleteItem@Tickets',
  'dynamodb:DeleteItem@Receipts',
  'dynamodb:GetItem@Receipts',
  'dynamodb:PutItem@Receipts',
  'dynamodb:DeleteItem@Callers',
  ...WRITE_KEY('CallersKey'),
  's3:DeleteObject@Attachments/kept/*',
];

const GRANTS: Readonly<Record<string, readonly string[]>> = {
  phone: CHANNEL('PhoneSecret'),
  website: CHANNEL('WebsiteSecret'),
  // What one user sent within the hour.
  wechat: [...CHANNEL('WechatSecret'), 'dynamodb:Query@Receipts/byCaller', ...TAKE_UPLOADS],
  // The receipt is marked as routed in the ticket's transaction, and read when an addition overtakes it; the query finds the
  // caller's recent tickets and what was added to one.
  router: [...POLL('Intake'), ...CHANGE, 'dynamodb:GetItem@Receipts', 'dynamodb:UpdateItem@Receipts'],
  fanout: [
    'dynamodb:DescribeStream@Tickets stream',
    'dynamodb:GetRecords@Tickets stream',
    'dynamodb:GetShardIterator@Tickets stream',
    'dynamodb:ListStreams@Tickets stream',
    ...SEND('Dispatch'),
    ...SEND('Feedback'),
    ...SEND('Timers'),
    ...SEND('FanoutDlq'),
  ],
  // Delivery rows, cursors and endpoints beside the ticket; the history for rendering; itself again for the next in line, and
  // for what waits (in the index) when an endpoint is back.
  dispatcher: [
    ...POLL('Dispatch'),
    ...READ_KEPT,
    ...CHANGE,
    'dynamodb:Query@Tickets/byDue',
    'dynamodb:UpdateItem@Tickets',
    'dynamodb:GetItem@Callers',
    ...READ_KEY('CallersKey'),
    ...SECRET('DepartmentsSecret'),
    // Short messages to units without an address, each with the code of a link.
    ...SECRET('PhoneSecret'),
    ...SECRET('LinkSecret'),
    ...SEND('Dispatch'),
  ],
  feedback: [
    ...POLL('Feedback'),
    ...CHANGE,
    'dynamodb:GetItem@Callers',
    ...READ_KEY('CallersKey'),
    ...SECRET('PhoneSecret'),
    ...SECRET('WebsiteSecret'),
    ...SECRET('WechatSecret'),
    // The number of a unit's handler, for dispatches that don't arrive.
    ...SECRET('DepartmentsSecret'),
  ],
  timers: [
    ...POLL('Timers'),
    ...LOAD,
    ...READ_KEY('DataKey'),
    'states:StartExecution@SlaTimer',
    'states:StopExecution@SlaTimer executions',
  ],
  tick: CHANGE,
  // The table's own query: what left the unit on a day.
  departments: [...CHANGE, 'dynamodb:Query@Tickets/byOwner', ...SECRET('DepartmentsSecret')],
  // What a callback tells, for a unit that gets none: history, attachments and, unless confidential, the appellant.
  clerk: [...CHANGE, ...READ_KEPT, 'dynamodb:GetItem@Callers', ...READ_KEY('CallersKey'), ...SECRET('LinkSecret')],
  hotline: [
    ...CHANGE,
    ...READ_KEPT,
    ...SEND('Dispatch'),
    'dynamodb:Query@Tickets/byAttention',
    'dynamodb:Query@Tickets/byDue',
    'dynamodb:Query@Tickets/byOwner',
    'dynamodb:Query@Tickets/byStatus',
    'dynamodb:UpdateItem@Tickets',
    'dynamodb:GetItem@Receipts',
    // The receipt of a part that is split off.
    'dynamodb:PutItem@Receipts',
    'dynamodb:Query@Receipts/byCaller',
    ...SECRET('QuerySecret'),
    ...SECRET('LinkSecret'),
  ],
  citizen: [
    ...CHANGE,
    'dynamodb:GetItem@Receipts',
    'dynamodb:Query@Receipts/byCaller',
    ...SECRET('QuerySecret'),
    ...SECRET('WechatSecret'),
  ],
  // Counts keys of the day; no receipt can be read.
  portal: ['dynamodb:Query@Receipts/byDay', ...READ_KEY('DataKey')],
  // A channel like the others, that goes and fetches; the cursor is a row among the receipts.
  poller: CHANNEL('WebsiteSecret'),
  // What is due, by unit, and whether the unit's endpoint takes it; tickets are told when their dispatch is late.
  pump: ['dynamodb:Query@Tickets/byDue', 'dynamodb:UpdateItem@Tickets', ...CHANGE, ...SEND('Dispatch')],
  sweeper: [
    'dynamodb:Query@Receipts/pending',
    'dynamodb:GetItem@Receipts',
    // Provisional deadlines.
    'dynamodb:Query@Tickets/byAttention',
    'dynamodb:Query@Tickets/byDue',
    ...CHANGE,
    ...SEND('Intake'),
    'states:StartExecution@SlaTimer',
    'states:DescribeExecution@SlaTimer executions',
  ],
  // Of callers, who is due by their token: it reads none.
  purge: [...ERASE, 'dynamodb:Query@Tickets/byDue', 'dynamodb:UpdateItem@Tickets'],
  // The same for who asks, and what is held about them; the entry beside the ticket.
  rights: [
    ...ERASE,
    'dynamodb:GetItem@Callers',
    'dynamodb:Query@Receipts/byCaller',
    'dynamodb:UpdateItem@Callers',
    'dynamodb:UpdateItem@Receipts',
    's3:GetObject@Attachments/kept/*',
    ...SECRET('QuerySecret'),
    ...SECRET('WechatSecret'),
  ],
};

/** Log delivery is configured for the account; these actions know no resource. */
const MACHINE = [
  'lambda:InvokeFunction@tick',
  'logs:CreateLogDelivery@*',
  'logs:DeleteLogDelivery@*',
  'logs:DescribeLogGroups@*',
  'logs:DescribeResourcePolicies@*',
  'logs:GetLogDelivery@*',
  'logs:ListLogDeliveries@*',
  'logs:PutResourcePolicy@*',
  'logs:UpdateLogDelivery@*',
];
const LAMBDA_TRACES = ['xray:PutTelemetryRecords@*', 'xray:PutTraceSegments@*'];
const MACHINE_TRACES = [...LAMBDA_TRACES, 'xray:GetSamplingRules@*', 'xray:GetSamplingTargets@*'];

/** Who may call a function: principal and what it must call for. */
const CALLERS: Readonly<Record<string, string>> = {
  citizen: 'apigateway.amazonaws.com',
  clerk: 'apigateway.amazonaws.com',
  departments: 'apigateway.amazonaws.com',
  hotline: 'apigateway.amazonaws.com',
  phone: 'apigateway.amazonaws.com',
  portal: 'apigateway.amazonaws.com',
  rights: 'apigateway.amazonaws.com',
  poller: 'events.amazonaws.com',
  pump: 'events.amazonaws.com',
  purge: 'events.amazonaws.com',
  sweeper: 'events.amazonaws.com',
  website: 'apigateway.amazonaws.com',
  wechat: 'apigateway.amazonaws.com',
};

/** What wakes the others: Lambda polls with the grants above, so that source and grant belong together. */
const SOURCES: Readonly<Record<string, string>> = {
  dispatcher: 'Dispatch',
  fanout: 'Tickets stream',
  feedback: 'Feedback',
  router: 'Intake',
  timers: 'Timers',
};

describe.each(['cn-northwest-1', 'us-east-1'])('%s', (region) => {
  let assembly: Assembly;
  beforeAll(() => {
    assembly = synthesizeFor(region);
  });
  afterAll(() => assembly?.cleanup());
  const traced = !region.startsWith('cn-');

  test('gives each role what the table says, and nothing else', () => {
    const found = new Map<string, Set<string>>();
    for (const role of assembly.ofType('AWS::IAM::Role')) {
      if (ownRole(role)) found.set(functionOf(role), new Set());
    }
    for (const { owner, effect, actions, resources } of statementsOf(assembly)) {
      if (owner.type !== 'AWS::IAM::Policy') continue;
      expect(effect, owner.path).toBe('Allow');
      for (const { Ref } of owner.properties.Roles) {
        const grants = found.get(functionOf(assembly.target({ Ref })!))!;
        const names = resources.map((resource) => nameOf(assembly, resource, functionOf(owner)));
        for (const action of actions) for (const name of names) grants.add(`${action}@${name}`);
      }
    }
    const table = Object.entries(GRANTS).map(([name, grants]) => [
      name,
      [...LOGS, ...grants, ...(traced ? LAMBDA_TRACES : [])],
    ]);
    table.push(['SlaTimer', [...MACHINE, ...(traced ? MACHINE_TRACES : [])]]);
    expect(sorted([...found].map(([name, grants]) => [name, [...grants]]))).toEqual(sorted(table));
  });

  test('has no grant beside the table: no inline or managed policy, but those for API access logs and for deployments', () => {
    expect(assembly.ofType('AWS::IAM::ManagedPolicy')).toEqual([]);
    for (const role of assembly.ofType('AWS::IAM::Role')) {
      expect(role.properties.Policies, role.path).toBeUndefined();
      if (ownRole(role)) expect(role.properties.ManagedPolicyArns, role.path).toBeUndefined();
      const statements = role.properties.AssumeRolePolicyDocument.Statement;
      expect(statements, role.path).toHaveLength(1);
      expect(statements[0], role.path).toMatchObject({
        Action: 'sts:AssumeRole',
        Principal: { Service: trustedBy(role) },
      });
    }
  });

  test('lets only the API and the schedules call functions', () => {
    const callers = new Map<string, string>();
    for (const { path, properties } of assembly.ofType('AWS::Lambda::Permission')) {
      expect(properties.Action, path).toBe('lambda:InvokeFunction');
      expect(properties.SourceArn, path).toBeDefined();
      callers.set(functionOf(assembly.target(properties.FunctionName)!), properties.Principal);
    }
    expect(Object.fromEntries(callers)).toEqual(CALLERS);
  });

  test('polls for a function what its role may poll', () => {
    const sources = assembly
      .ofType('AWS::Lambda::EventSourceMapping')
      .map(({ properties }) => [
        functionOf(assembly.functionBehind(properties.FunctionName).fn!),
        nameOf(assembly, properties.EventSourceArn, ''),
      ]);
    expect(Object.fromEntries(sources)).toEqual(SOURCES);
  });
});

/** All but API Gateway's, which writes access logs for the whole account, and CodeDeploy's, which shifts aliases. */
const ownRole = (role: Resource): boolean => !['Api', 'Canary'].includes(functionOf(role));
const trustedBy = (role: Resource): string => {
  const service = { Api: 'apigateway', Canary: 'codedeploy', SlaTimer: 'states' }[functionOf(role)] ?? 'lambda';
  return `${service}.amazonaws.com`;
};

const sorted = (table: unknown[][]): Record<string, string[]> =>
  Object.fromEntries(
    table
      .map(([name, grants]): [string, string[]] => [String(name), [...new Set(grants as string[])].sort()])
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** A resource of a statement in words; anything that it can't read comes out as it is and fails the comparison. */
function nameOf(assembly: Assembly, resource: unknown, owner: string): string {
  if (typeof resource === 'string') return resource;
  const { Ref, 'Fn::Join': join } = resource as { Ref?: string; 'Fn::Join'?: [string, unknown[]] };
  if (Ref !== undefined) {
    const [, thing, attribute] = /\/jieban\/xianan\/(\w+)\/(\w+)$/.exec(defaultOf(assembly, Ref)) ?? [];
    if (thing !== undefined) return attribute === 'streamArn' ? `${thing} stream` : thing;
  }
  if (join !== undefined) return joined(assembly, join[1], owner);
  const target = assembly.target(resource);
  if (target === undefined) return JSON.stringify(resource);
  const [, construct = '', part] = target.path.split('/');
  if (target.type === 'AWS::Logs::LogGroup') return construct === owner ? 'own log' : `log of ${construct}`;
  return part === 'DeadLetters' ? `${construct} dead letters` : construct;
}

function joined(assembly: Assembly, parts: readonly unknown[], owner: string): string {
  const [first, second] = parts;
  if (parts.length === 2 && typeof second === 'string' && second.startsWith('/')) {
    return `${nameOf(assembly, first, owner)}${second.replace(/^\/index(?=\/)/, '')}`;
  }
  const text = parts.map((part) => (typeof part === 'string' ? part : '?')).join('');
  const machine = parts.map((part) => assembly.target(part)).find((target) => target !== undefined);
  const execution = /^arn:\?:states:[\w-]+:\?:execution:\?:\*$/.test(text);
  return execution && machine !== undefined ? `${functionOf(machine)} executions` : JSON.stringify(parts);
}

function defaultOf(assembly: Assembly, parameter: string): string {
  for (const text of assembly.texts) {
    const found = JSON.parse(text).Parameters?.[parameter]?.Default;
    if (found !== undefined) return String(found);
  }
  return '';
}
