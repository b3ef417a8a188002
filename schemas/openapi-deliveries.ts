/** The deliveries' part of the published contract: routes and examples. Examples name no unit or ticket that exists. */
import * as z from 'zod';
import { UnitId } from './common.ts';
import {
  DeliveryLine,
  DeliveryPage,
  EnableEndpoint,
  EndpointEntry,
  EndpointList,
  ListedState,
  ReplayDeliveries,
  Replayed,
  SkipDelivery,
} from './delivery-desk.ts';
import type { Route } from './openapi-route.ts';

const ticketNo = 'AB2026112300012340';
const unit = 'example-unit';
const attempt = { at: '2026-11-26T12:31:08.000+08:00', status: 503, milliseconds: 412 };
const page = {
  deliveries: [
    {
      ticketNo,
      unit,
      n: 1,
      type: 'dispatched',
      state: 'dead',
      round: 1,
      attempts: 10,
      lastAttempt: attempt,
      createdAt: '2026-11-23T09:30:02.000+08:00',
      diedAt: attempt.at,
    },
  ],
  cursor: 'eyJ1bml0IjoiLi4uIn0',
};
const line = {
  ticketNo,
  unit,
  settled: 1,
  deliveries: [
    {
      n: 1,
      seq: 2,
      type: 'dispatched',
      state: 'skipped',
      attemptCount: 1,
      attempts: [attempt],
      createdAt: '2026-11-23T09:30:02.000+08:00',
      settledAt: '2026-11-26T14:00:00.000+08:00',
      webhookId: `${ticketNo}-${unit}-1`,
      underWay: false,
    },
  ],
  acts: [
    {
      kind: 'deliveryAct',
      ticketNo,
      unit,
      n: 1,
      action: 'skipped',
      round: 1,
      at: '2026-11-26T14:00:00.000+08:00',
      by: 'desk-7',
      role: 'dispatcher',
      reason: '已电话告知承办单位',
    },
  ],
  endpoint: 'closed',
};
const endpoint = {
  unit,
  name: '示例单位',
  state: 'open',
  failures: 7,
  trips: 3,
  failingSince: '2026-11-23T09:30:02.000+08:00',
  lastFailureAt: '2026-11-23T09:41:40.000+08:00',
  openUntil: '2026-11-23T09:45:40.000+08:00',
  underWay: 0,
  pending: 12,
  dead: 0,
};

const lineAnswer: Route['answers'] = { 200: { description: 'The line.', schema: DeliveryLine, example: line } };

export const deliveryRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/hotline/deliveries',
    operationId: 'listDeliveries',
    tag: 'hotline',
    summary: 'Callbacks to departments that are queued, failed or dead (投递清单)',
    description:
      'By unit: the dead in the order in which they died, then the pending in the order in which they are due.',
    security: ['operator'],
    query: { unit: UnitId.optional(), state: ListedState.optional(), cursor: z.string().optional() },
    answers: {
      200: { description: 'One page; `cursor` leads to the next.', schema: DeliveryPage, example: page },
    },
    problems: [401, 403, 422],
  },
  {
    method: 'get',
    path: '/hotline/deliveries/{ticketNo}/{unit}',
    operationId: 'getDeliveryLine',
    tag: 'hotline',
    summary: 'Everything that one ticket says to one unit, with every attempt and what operators did (投递线)',
    security: ['operator'],
    answers: lineAnswer,
    problems: [401, 403, 404],
  },
  {
    method: 'post',
    path: '/hotline/deliveries/replay',
    operationId: 'replayDeliveries',
    tag: 'hotline',
    summary: 'Dead letters again: one, those of a ticket, or all of a unit (重投), dispatchers and leaders',
    description:
      'The same `webhook-id`, a fresh schedule; what waits behind follows in order. A whole unit takes several calls: as long as ' +
      'the answer has a `cursor`, call again with it. 409 `endpointDisabled`: enable the endpoint first.',
    security: ['operator'],
    body: {
      schema: ReplayDeliveries,
      examples: {
        unit: { unit, reason: '承办单位系统已恢复' },
        one: { ticketNo, unit, n: 1, reason: '承办单位系统已恢复' },
      },
    },
    answers: {
      200: {
        description: 'How many are on their way again.',
        schema: Replayed,
        example: { replayed: 200, cursor: page.cursor },
      },
    },
    problems: [401, 403, 404, 409, 413, 415, 422],
  },
  {
    method: 'post',
    path: '/hotline/deliveries/skip',
    operationId: 'skipDelivery',
    tag: 'hotline',
    summary: 'Go on without one dead letter (跳过), dispatchers and leaders',
    security: ['operator'],
    body: { schema: SkipDelivery, examples: { skip: { ticketNo, unit, n: 1, reason: '已电话告知承办单位' } } },
    answers: lineAnswer,
    problems: [401, 403, 404, 409, 413, 415, 422],
  },
  {
    method: 'get',
    path: '/hotline/endpoints',
    operationId: 'listEndpoints',
    tag: 'hotline',
    summary: 'How every department’s endpoint is, and how much waits for it (端点状态)',
    security: ['operator'],
    answers: {
      200: { description: 'Every unit.', schema: EndpointList, example: { endpoints: [endpoint] } },
    },
    problems: [401, 403],
  },
  {
    method: 'post',
    path: '/hotline/endpoints/{unit}/enable',
    operationId: 'enableEndpoint',
    tag: 'hotline',
    summary: 'Send to a disabled endpoint again, or end an open breaker now (启用), dispatchers and leaders',
    security: ['operator'],
    body: { schema: EnableEndpoint, examples: { enable: { reason: '承办单位已更换地址' } } },
    answers: {
      200: {
        description: 'How the endpoint is now.',
        schema: EndpointEntry,
        example: { ...endpoint, state: 'closed' },
      },
    },
    problems: [401, 403, 404, 413, 415, 422, 503],
  },
];
