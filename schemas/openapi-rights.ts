/** Persons' rights in the published contract: routes and examples. Examples name nobody and no ticket that exists. */
import type { Route } from './openapi-route.ts';
import { Corrected, CorrectRequest, Erased, EraseRequest, ExportRequest, HeldData } from './rights.ts';

const ticketNo = 'AB2026112300012340';
const reason = '本人到场申请,已核验身份';
const at = '2026-11-26T14:00:00.000+08:00';
const held = {
  at,
  tickets: [
    {
      ticketNo,
      channel: 'phone',
      kind: 'help',
      receivedAt: '2026-11-23T09:30:00.000+08:00',
      status: 'CLOSED',
      caller: { createdAt: '2026-11-23T09:30:00.000+08:00', name: '某某', phone: '+8613900000000' },
      texts: {
        request: { kind: 'request', title: '路灯不亮', content: '路灯不亮。', attachments: [], recordings: [] },
      },
      history: [{ seq: 1, at: '2026-11-23T09:30:01.000+08:00', type: 'registered', textKey: 'request' }],
      disclosures: [
        { how: 'callback', to: 'example-unit', at: '2026-11-23T09:30:02.000+08:00', what: 'dispatched' },
        { how: 'exported', to: 'leader-1', at, reason },
      ],
    },
  ],
};
const problems: Route['problems'] = [401, 403, 404, 413, 415, 422];

export const rightsRoutes: readonly Route[] = [
  {
    method: 'post',
    path: '/hotline/rights/export',
    operationId: 'exportHeldData',
    tag: 'hotline',
    summary: 'Everything that is held about a person, and who was given it (查阅、复制), leaders',
    description:
      'All requests that a phone number finds, or one. Each request gets an entry of who exported it, when and why. 200 requests or ' +
      'more of one number: 422, name them by ticketNo.',
    security: ['operator'],
    body: { schema: ExportRequest, examples: { person: { phone: '13900000000', reason }, one: { ticketNo, reason } } },
    answers: { 200: { description: 'What is held.', schema: HeldData, example: held } },
    problems,
  },
  {
    method: 'post',
    path: '/hotline/rights/correct',
    operationId: 'correctCaller',
    tag: 'hotline',
    summary: 'Correct a caller’s name or number (更正), leaders',
    description:
      'The next callback and notice say the new one; what was told stays told. The new number finds the requests.',
    security: ['operator'],
    body: {
      schema: CorrectRequest,
      examples: {
        number: { phone: '13900000000', newPhone: '13900000001', reason },
        name: { ticketNo, name: '某某', reason },
      },
    },
    answers: {
      200: {
        description: 'Which requests have it.',
        schema: Corrected,
        example: { corrected: [ticketNo], unknown: [] },
      },
    },
    problems,
  },
  {
    method: 'post',
    path: '/hotline/rights/erase',
    operationId: 'erasePersonalData',
    tag: 'hotline',
    summary: 'Erase identity, files and words of requests that have ended (删除), leaders',
    description:
      'Requests that are under way are left alone and named in `underWay`. The history and the record of who was given the data stay. ' +
      'Not to be undone; again it changes nothing.',
    security: ['operator'],
    body: {
      schema: EraseRequest,
      examples: { person: { phone: '13900000000', reason }, files: { ticketNo, kinds: ['attachments'], reason } },
    },
    answers: {
      200: {
        description: 'What was erased, and what waits for its end.',
        schema: Erased,
        example: { erased: [ticketNo], underWay: [], items: 4 },
      },
    },
    problems,
  },
];
