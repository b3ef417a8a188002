/** The catalogue's part of the published contract: routes and examples. Examples name no place, unit or person that exists. */
import * as z from 'zod';
import { CatalogueStatus, CorrectionPage, PublishCatalogue, RollBackCatalogue } from './catalogue.ts';
import type { Route } from './openapi-route.ts';

const publishCatalogue = {
  version: '2027.01',
  source: '示例区热线办〔2027〕1号',
  rows: [
    {
      code: '01.1',
      category: '市政设施',
      name: '路灯',
      kinds: [],
      level: 'department',
      owner: 'example-unit',
      ownerByKind: { 镇: '@town' },
      ownerByAttribute: { 'main-road': '@city' },
      dutyHolder: 'shared',
      dutyBasis: '《城市道路管理条例》第六条',
      placeRule: 'event',
      attributes: [],
      keywords: ['路灯', '路灯不亮'],
      legalBasis: '《城市道路管理条例》',
      defaultUrgency: 'normal',
      coHandlers: [],
    },
  ],
  attributes: [{ id: 'main-road', name: '主干道', words: ['主干道'], note: '' }],
  reason: '路灯由镇管理',
};
const catalogueChange = {
  revision: 1,
  action: 'published',
  to: '2027.01',
  at: '2026-12-28T09:00:00.000+08:00',
  by: 'leader-1',
  reason: '路灯由镇管理',
  source: '示例区热线办〔2027〕1号',
  rows: 158,
};
const catalogueStatus = {
  current: { version: '2027.01', origin: 'published', since: catalogueChange.at, by: 'leader-1' },
  previous: '2026.11',
  deployed: '2026.11',
  versions: [
    { version: '2027.01', source: catalogueChange.source, rows: 158, publishedAt: catalogueChange.at, by: 'leader-1' },
  ],
  changes: [catalogueChange],
  followsWithinSeconds: 10,
};
const correctionPage = {
  corrections: [
    {
      ticketNo: 'AB2026112300012340',
      at: '2026-11-23T10:05:00.000+08:00',
      seq: 3,
      kind: 'complaint',
      from: { owner: 'desk', rule: 'category-unsure', catalogueVersion: '2026.11' },
      to: { owner: 'example-unit', categoryCode: '01.1' },
      title: '小区门口不亮',
      content: '请联系***，晚上看不见路。',
    },
  ],
};

const catalogueAnswers: Route['answers'] = {
  200: { description: 'The catalogue in use.', schema: CatalogueStatus, example: catalogueStatus },
};

export const catalogueRoutes: readonly Route[] = [
  {
    method: 'get',
    path: '/hotline/catalogue',
    operationId: 'getCatalogue',
    tag: 'hotline',
    summary: 'Which dispatch catalogue is in use, the one before, and every change (派单目录)',
    security: ['operator'],
    answers: catalogueAnswers,
    problems: [401, 403],
  },
  {
    method: 'post',
    path: '/hotline/catalogue/versions',
    operationId: 'publishCatalogue',
    tag: 'hotline',
    summary: 'Publish a catalogue without a deployment (发布派单目录), leaders only',
    description:
      'Proved like the district folder: 422 names each mistake by pointer and remedy. A version never changes; the same one ' +
      'with another content answers 409. New tickets are routed by it within `followsWithinSeconds`, old ones keep theirs.',
    security: ['operator'],
    body: { schema: PublishCatalogue, examples: { version: publishCatalogue } },
    answers: { ...catalogueAnswers, 201: { description: 'Stored and in use.', schema: CatalogueStatus } },
    problems: [401, 403, 409, 413, 415, 422],
  },
  {
    method: 'post',
    path: '/hotline/catalogue/rollback',
    operationId: 'rollBackCatalogue',
    tag: 'hotline',
    summary: 'Back to the catalogue before, in the end to the deployed one (回退派单目录), leaders only',
    security: ['operator'],
    body: { schema: RollBackCatalogue, examples: { rollback: { reason: '新目录有误' } } },
    answers: catalogueAnswers,
    problems: [401, 403, 409, 413, 415, 422],
  },
  {
    method: 'get',
    path: '/hotline/corrections',
    operationId: 'listCorrections',
    tag: 'hotline',
    summary: 'What persons changed of the router’s decisions, oldest first, words masked (派单纠正)',
    description: 'For dispatchers and leaders. The last one of a ticket counts; `to` equal to `from` takes one back.',
    security: ['operator'],
    query: { cursor: z.string().optional() },
    answers: {
      200: { description: 'One page.', schema: CorrectionPage, example: correctionPage },
    },
    problems: [401, 403, 422],
  },
];
