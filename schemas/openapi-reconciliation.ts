/** The reconciliation's part of the published contract: routes and examples. Examples name no place, unit or person that exists. */
import * as z from 'zod';
import type { Route } from './openapi-route.ts';
import { Day, Reconciliation } from './reconciliation.ts';

const reconciliation = {
  departmentId: 'example-unit',
  day: '2026-11-23',
  tickets: [
    {
      ticketNo: 'AB2026112300012340',
      ticketVersion: 5,
      status: 'AWAIT_SIGN',
      round: 1,
      updatedAt: '2026-11-23T09:30:05.000+08:00',
      deadlines: { sign: '2026-11-23T11:30:05.000+08:00' },
      lastCallback: { n: 1, ticketVersion: 2, state: 'delivered' },
    },
    {
      ticketNo: 'AB2026112000007779',
      ticketVersion: 12,
      status: 'CLOSED',
      round: 1,
      updatedAt: '2026-11-23T10:12:44.000+08:00',
      deadlines: {},
      lastCallback: { n: 3, ticketVersion: 12, state: 'dead' },
      departed: { at: '2026-11-23T10:12:44.000+08:00', how: 'ended' },
    },
  ],
};
const table =
  '工单编号,版本,状态,轮次,更新时间,最早时限,最后推送,推送版本,推送状态,离开时间,离开方式\r\n' +
  'AB2026112300012340,5,待签收,1,2026-11-23 09:30,2026-11-23 11:30,1,2,已送达,,\r\n';

const answers: Route['answers'] = {
  200: {
    description: 'One page; `cursor` leads to the next. As a table the `link` header does.',
    schema: Reconciliation,
    example: reconciliation,
    also: { type: 'text/csv', example: table },
  },
};
const query = { day: Day.optional(), cursor: z.string().optional() };
const rule =
  'What the unit owns and is open now, then what ended or moved away from it on `day` (today of the office when absent, 92 ' +
  'days back at most). The unit’s own version of a ticket is right when it lies between `lastCallback.ticketVersion` and ' +
  '`ticketVersion`, which grows with what the unit is not told as well. A ticket that changes while the pages are read may ' +
  'come twice or not at all. With `accept: text/csv` a table for people, with up to twenty pages in one.';

export const reconciliationRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/departments/{departmentId}/reconciliation',
    operationId: 'getDepartmentReconciliation',
    tag: 'departments',
    summary: 'What the unit should have on its own list (对账)',
    description: `${rule} Signed over an empty body.`,
    security: ['departmentSignature'],
    query,
    answers,
    problems: [401, 422],
  },
  {
    method: 'get',
    path: '/hotline/departments/{departmentId}/reconciliation',
    operationId: 'getReconciliationOfDepartment',
    tag: 'hotline',
    summary: 'What a unit should have on its own list (对账)',
    description: rule,
    security: ['operator'],
    query,
    answers,
    problems: [401, 403, 404, 422],
  },
];
