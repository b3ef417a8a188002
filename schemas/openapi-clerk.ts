/** Routes of clerks' links (办理链接): the desk makes them, the page behind them works one ticket. */
import * as z from 'zod';
import { ClerkCommand, ClerkTask, LinkList, LinkRequest, MadeLink } from './clerk.ts';
import { CommandAnswer } from './command.ts';
import * as examples from './openapi-examples.ts';
import type { Route } from './openapi-route.ts';

const unit = 'example-unit';
const code = '7K3M9P2QXT4V6WYZ8A1B';
const expiresAt = '2026-11-26T09:30:00.000+08:00';

const madeLink = { url: `https://hotline.example/clerk#${code}`, code, number: 'h3f9a01c2', unit, expiresAt };
const linkRequest = { unit, reason: '该单位没有接口' };
const linkList = {
  links: [
    {
      unit,
      number: 'h3f9a01c2',
      madeAt: '2026-11-23T09:30:00.000+08:00',
      expiresAt,
      by: 'desk-7',
      reason: '该单位没有接口',
    },
  ],
};
const task = {
  ticketNo: examples.receipt.ticketNo,
  ticketVersion: 2,
  unit: { code: unit, name: '示例承办单位' },
  role: 'owner',
  status: { code: 'AWAIT_SIGN', name: '待签收' },
  kind: { code: 'complaint', name: '投诉' },
  urgency: { code: 'normal', name: '一般' },
  round: 1,
  receivedAt: examples.receipt.receivedAt,
  now: '2026-11-23T09:31:00.000+08:00',
  linkExpiresAt: expiresAt,
  deadlines: [
    {
      clock: { code: 'sign', name: '签收' },
      dueAt: '2026-11-24T17:30:00.000+08:00',
      yellowAt: '2026-11-24T11:00:00.000+08:00',
      orangeAt: '2026-11-24T15:00:00.000+08:00',
    },
  ],
  request: { title: '小区门口路灯不亮', content: '三盏路灯一周不亮。', place: '示例小区南门', attachments: [] },
  additions: [],
  discreet: true,
  acts: [
    { act: 'sign', state: 'possible' },
    { act: 'accept', state: 'notNow' },
    { act: 'return', state: 'possible' },
    { act: 'contact', state: 'notNow' },
    { act: 'requestExtension', state: 'notNow' },
    { act: 'progress', state: 'notNow' },
    { act: 'reply', state: 'notNow' },
  ],
  choices: {
    results: [{ code: 'solved', name: '已解决' }],
    returnReasons: [{ code: 'notOurDuty', name: '不属于本单位职责' }],
    units: [{ code: 'other-unit', name: '另一单位' }],
  },
};

export const clerkRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/clerk',
    operationId: 'getClerkPage',
    tag: 'departments',
    summary: 'The page of a unit without an API (承办单位办理页)',
    description:
      'The code comes behind the `#` of the address, which browsers send nowhere, or is typed. The page calls no other host.',
    security: [],
    answers: { 200: { description: 'The page.', type: 'text/html' } },
    problems: [],
  },
  {
    method: 'get',
    path: '/clerk/{file}',
    operationId: 'getClerkPageFile',
    tag: 'departments',
    summary: 'A file of that page, from a closed list (承办单位办理页的文件)',
    security: [],
    query: { v: z.string().optional() },
    answers: { 200: { description: 'Script or style sheet.', type: '*/*' } },
    problems: [404],
  },
  {
    method: 'get',
    path: '/clerk/ticket',
    operationId: 'getClerkTicket',
    tag: 'departments',
    summary: "The link's ticket, as its unit may see it (凭办理码查看工单)",
    description:
      'The appellant only when neither confidential nor anonymous. 404 when the ticket has gone to another unit; 401 ' +
      '`linkExpired`, or `linkInvalid` for an unknown or revoked code.',
    security: ['clerkCode'],
    answers: { 200: { description: 'The ticket.', schema: ClerkTask, example: task } },
    problems: [401, 404],
  },
  {
    method: 'post',
    path: '/clerk/commands',
    operationId: 'postClerkCommand',
    tag: 'departments',
    summary: "A command of the link's unit, each once (凭办理码办理)",
    description:
      'sign, accept, return, contact, requestExtension, progress, reply, by the rules of the unit’s own API. ' +
      'The same body under the same `idempotency-key` is answered as the first time; the same command otherwise: 409 `linkUsed`. ' +
      'Problems carry a `message` in Chinese.',
    security: ['clerkCode'],
    headers: { 'idempotency-key': 'One for all tries of one act.' },
    body: { schema: ClerkCommand, examples: { sign: { command: 'sign' }, reply: examples.replyCommand } },
    answers: {
      200: {
        description: 'Done, or done before.',
        schema: CommandAnswer,
        example: examples.commandAnswer,
        replayHeader: true,
      },
    },
    problems: [401, 404, 409, 413, 415, 422, 503],
  },
  {
    method: 'get',
    path: '/hotline/tickets/{ticketNo}/links',
    operationId: 'listClerkLinks',
    tag: 'hotline',
    summary: "A ticket's links, oldest first, without their codes (办理链接清单)",
    security: ['operator'],
    answers: { 200: { description: 'The list.', schema: LinkList, example: linkList } },
    problems: [401, 403, 404],
  },
  {
    method: 'post',
    path: '/hotline/tickets/{ticketNo}/links',
    operationId: 'makeClerkLink',
    tag: 'hotline',
    summary: 'Make a link for the owning or an assisting unit (发放办理链接)',
    description:
      'Dispatchers and leaders. The code is shown this once; hand it to the unit’s clerk and to nobody else.',
    security: ['operator'],
    body: { schema: LinkRequest, examples: { make: linkRequest } },
    answers: { 201: { description: 'The link.', schema: MadeLink, example: madeLink } },
    problems: [401, 403, 404, 409, 413, 415, 422],
  },
  {
    method: 'post',
    path: '/hotline/tickets/{ticketNo}/links/revoke',
    operationId: 'revokeClerkLinks',
    tag: 'hotline',
    summary: "Take a unit's links of this ticket back (收回办理链接)",
    description: 'Dispatchers and leaders. At once: the next request with such a code answers 401.',
    security: ['operator'],
    body: { schema: LinkRequest, examples: { revoke: { unit, reason: '发错了人' } } },
    answers: { 200: { description: 'The links as they are now.', schema: LinkList, example: linkList } },
    problems: [401, 403, 404, 413, 415, 422],
  },
];
