/** The published contract: OpenAPI 3.1, made of the very schemas that the functions parse with. Pure. */
import * as z from 'zod';
import { CallbackEvent } from './callback.ts';
import { PrivacyNotice, PublicStatus } from './citizen.ts';
import { ClerkCommand, ClerkTask } from './clerk.ts';
import { CommandAnswer, DepartmentCommand, HotlineCommand, RatingRequest } from './command.ts';
import { Kind, QueryCode, TicketNo, Urgency } from './common.ts';
import { IntakeReceipt, PhoneRequest, WebsiteRequest, WechatLogin, WechatRequest, WechatSession } from './intake.ts';
import { callbackWebhooks } from './openapi-callbacks.ts';
import { type Answer, type Route, type Security, TicketHistory, WorkList } from './openapi-route.ts';
import { routes } from './openapi-routes.ts';
import { Problem } from './problem.ts';
import { Reconciliation } from './reconciliation.ts';
import { Status } from './ticket.ts';

const named = {
  PhoneRequest,
  WebsiteRequest,
  WechatRequest,
  WechatLogin,
  WechatSession,
  IntakeReceipt,
  PublicStatus,
  PrivacyNotice,
  RatingRequest,
  DepartmentCommand,
  ClerkCommand,
  ClerkTask,
  HotlineCommand,
  CommandAnswer,
  WorkList,
  Reconciliation,
  TicketHistory,
  CallbackEvent,
  Problem,
  TicketNo,
  QueryCode,
  Kind,
  Urgency,
  Status,
};

/** What a problem of this status means here; titles and codes are in the body. */
const problemTexts: Readonly<Record<number, string>> = {
  401: 'Signature, timestamp (tolerance 5 minutes) or token not accepted.',
  403: 'The role may not do this.',
  404: 'No such ticket for this caller.',
  409: 'The same key with another body, or what the state or role forbids.',
  413: 'Body larger than 256 KB.',
  415: 'Content type is not application/json.',
  422: 'Body not accepted; `errors` names the fields as JSON Pointers.',
  429: 'Too many requests: wait as many seconds as `retry-after` says, then send the same again.',
  500: 'Internal error.',
  502: 'A platform that this depends on did not answer.',
  503: 'Busy, try again after `retry-after` seconds.',
};

const signature = (of: string, more = '') => ({
  type: 'apiKey',
  in: 'header',
  name: 'webhook-signature',
  description:
    `Standard Webhooks 1.0.0 with the secret of ${of}: headers webhook-id, webhook-timestamp (Unix seconds) and ` +
    'webhook-signature = "v1," + base64(HMAC-SHA256(secret, id.timestamp.body)) over the bytes of the body.' +
    more,
});
const securitySchemes: Readonly<Record<Security, object>> = {
  phoneSignature: signature('the phone channel'),
  websiteSignature: signature('the website channel'),
  departmentSignature: signature(
    'the department',
    ' Several with blanks between them are taken when one matches. A department that asked for 国密 may send "v1sm3," + ' +
      'base64(HMAC-SM3(…)) instead.',
  ),
  vendorBasic: { type: 'http', scheme: 'basic', description: "The phone vendor's user and password (tccc)." },
  vendorAksk: {
    type: 'apiKey',
    in: 'header',
    name: 'X-AKSK',
    description:
      'UsernameToken Username, PasswordDigest = base64(HMAC-SHA256(secret, Nonce + Created)), Nonce, Created (huawei). ' +
      'Created at most 5 minutes away; a Nonce serves once.',
  },
  session: { type: 'http', scheme: 'bearer', description: 'Token of POST /channels/wechat/sessions.' },
  queryCode: { type: 'apiKey', in: 'header', name: 'X-Query-Code', description: 'The code of the receipt (查询码).' },
  clerkCode: {
    type: 'apiKey',
    in: 'header',
    name: 'X-Clerk-Code',
    description: 'The code of a link (办理码). Case, blanks and dashes are ignored.',
  },
  operator: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: "Of the district's OIDC provider." },
};

export interface OpenApiDocument {
  readonly openapi: '3.1.0';
  readonly info: object;
  readonly servers: readonly object[];
  readonly tags: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, object>>>>;
  /** What we send. */
  readonly webhooks: object;
  readonly components: { readonly schemas: Readonly<Record<string, object>>; readonly securitySchemes: object };
}

export const tags: readonly { readonly name: Route['tag']; readonly description: string }[] = [
  { name: 'channels', description: '多向接办件' },
  { name: 'citizen', description: '群众查询与评价' },
  { name: 'departments', description: '承办单位' },
  { name: 'hotline', description: '热线办' },
  { name: 'portal', description: '门户' },
];

/** Of the contract, not of the code behind it: grows when clients have to know. */
const CONTRACT_VERSION = '0.1.0';

export function openApi(): OpenApiDocument {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const methods = paths[route.path] ?? {};
    methods[route.method] = operation(route);
    paths[route.path] = methods;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Jieban 接办',
      version: CONTRACT_VERSION,
      description:
        'Takes requests of citizens in from phone, WeChat and website, gives each one owner, brings the answer back.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    // Wherever the document lies, the routes lie beside it: a stage or base path in front is the server's.
    servers: [{ url: '.' }],
    tags,
    paths,
    webhooks: callbackWebhooks(schemaOf(CallbackEvent)),
    components: { schemas: componentSchemas(), securitySchemes },
  };
}

/** Named schemas point at each other by `$ref`. What goes in decides: input types. */
function componentSchemas(): Record<string, object> {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(named)) registry.add(schema, { id });
  const { schemas } = z.toJSONSchema(registry, { uri: (id) => `#/components/schemas/${id}`, io: 'input' });
  return Object.fromEntries(
    Object.entries(schemas).map(([id, { $schema: _schema, $id: _id, ...schema }]) => [id, schema]),
  );
}

const names = new Map<z.ZodType, string>(Object.entries(named).map(([name, schema]) => [schema, name]));

/** A reference when the schema has a name, the schema itself otherwise. */
function schemaOf(schema: z.ZodType): object {
  const name = names.get(schema);
  if (name !== undefined) return { $ref: `#/components/schemas/${name}` };
  const { $schema: _, ...inline } = z.toJSONSchema(schema, { io: 'input' });
  return inline;
}

/** The API's edge limits every route, each on its own; any of them may find a fault of ours. */
const EVERYWHERE = [429, 500];

function operation(route: Route): object {
  const problems = [...new Set([...EVERYWHERE, ...route.problems])].sort();
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description === undefined ? {} : { description: route.description }),
    security: route.security.map((scheme) => ({ [scheme]: [] })),
    parameters: parameters(route),
    ...(route.body === undefined ? {} : { requestBody: requestBody(route.body) }),
    responses: {
      ...Object.fromEntries(Object.entries(route.answers).map(([status, answer]) => [status, response(answer)])),
      ...Object.fromEntries(problems.map((status) => [String(status), problemResponse(status)])),
    },
  };
}

function parameters(route: Route): object[] {
  const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: name === 'ticketNo' ? schemaOf(TicketNo) : { type: 'string' },
  }));
  const inQuery = Object.entries(route.query ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: schemaOf(schema),
  }));
  const signed = route.security.some((scheme) => scheme.endsWith('Signature'));
  const headers = {
    ...(signed
      ? { 'webhook-id': 'Unique per message, no dots.', 'webhook-timestamp': 'Unix seconds, real time.' }
      : {}),
    ...route.headers,
  };
  const inHeader = Object.entries(headers).map(([name, description]) => ({
    name,
    in: 'header',
    required: signed,
    description,
    schema: { type: 'string' },
  }));
  return [...inPath, ...inQuery, ...inHeader];
}

const requestBody = ({ schema, examples }: NonNullable<Route['body']>): object => ({
  required: true,
  content: {
    'application/json': {
      schema: schemaOf(schema),
      examples: Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }])),
    },
  },
});

function response({ description, schema, example, type = 'application/json', also, replayHeader }: Answer): object {
  const replay = { description: '`true` when this answers a replay.', schema: { type: 'string', const: 'true' } };
  return {
    description,
    ...(replayHeader ? { headers: { 'Idempotent-Replay': replay } } : {}),
    content: {
      [type]: {
        schema: schema === undefined ? { type: type === 'text/html' ? 'string' : 'object' } : schemaOf(schema),
        ...(example === undefined ? {} : { example }),
      },
      ...(also === undefined ? {} : { [also.type]: { schema: { type: 'string' }, example: also.example } }),
    },
  };
}

const problemResponse = (status: number): object => ({
  description: problemTexts[status] ?? 'Not accepted.',
  content: { 'application/problem+json': { schema: schemaOf(Problem) } },
});
