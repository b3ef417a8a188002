/** The published contract holds together: every reference leads somewhere, every example is what it claims to be. */
import { Validator } from '@seriousme/openapi-schema-validator';
import { beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { useDistrict } from '#functions/adapters/district.ts';
import { handler as citizen } from '#functions/citizen/handler.ts';
import { handler as departments } from '#functions/departments/handler.ts';
import { handler as hotline } from '#functions/hotline/handler.ts';
import { handler as phone } from '#functions/phone/handler.ts';
import { handler as portal } from '#functions/portal/handler.ts';
import { isTicketNo } from '#functions/shared/ticket-no.ts';
import { handler as website } from '#functions/website/handler.ts';
import { handler as wechat } from '#functions/wechat/handler.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { type OpenApiDocument, openApi } from '#schemas/openapi.ts';
import { receipt } from '#schemas/openapi-examples.ts';
import { routes } from '#schemas/openapi-routes.ts';
import { call } from './world.ts';

let document: OpenApiDocument;
beforeAll(async () => {
  useDistrict(compileDistrict('xianan'));
  const answer = await call<OpenApiDocument & Record<string, unknown>>(portal, {
    resource: '/openapi.json',
    method: 'GET',
  });
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  document = answer.body;
});

function* nodes(value: unknown): Generator<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null) return;
  if (!Array.isArray(value)) yield value as Record<string, unknown>;
  for (const member of Object.values(value)) yield* nodes(member);
}

const Operation = z.looseObject({
  operationId: z.string(),
  summary: z.string().min(5),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z.array(
    z.looseObject({
      name: z.string(),
      in: z.enum(['path', 'query', 'header']),
      required: z.boolean(),
      schema: z.looseObject({}),
    }),
  ),
  responses: z.record(
    z.string().regex(/^[2-5]\d\d$/),
    z.looseObject({
      description: z.string().min(3),
      content: z.record(z.string(), z.looseObject({ schema: z.looseObject({}) })),
    }),
  ),
});
const operations = () =>
  Object.values(document.paths).flatMap((methods) => Object.values(methods).map((op) => Operation.parse(op)));

describe('openapi.json', () => {
  test('is valid for a public validator', async () => {
    const result = await new Validator().validate(JSON.parse(JSON.stringify(document)));
    expect(result.errors ?? []).toEqual([]);
    expect(result.valid).toBe(true);
  });

  test('is OpenAPI 3.1 with every route of the contract', () => {
    expect(document.openapi).toBe('3.1.0');
    const served = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(served.sort()).toEqual([
      'GET /',
      'GET /channels/wechat/messages',
      'GET /channels/wechat/tickets',
      'GET /clerk',
      'GET /clerk/ticket',
      'GET /clerk/{file}',
      'GET /departments/{departmentId}/reconciliation',
      'GET /departments/{departmentId}/tickets',
      'GET /docs',
      'GET /docs/{file}',
      'GET /hotline/catalogue',
      'GET /hotline/corrections',
      'GET /hotline/deliveries',
      'GET /hotline/deliveries/{ticketNo}/{unit}',
      'GET /hotline/departments/{departmentId}/reconciliation',
      'GET /hotline/endpoints',
      'GET /hotline/tickets',
      'GET /hotline/tickets/{ticketNo}',
      'GET /hotline/tickets/{ticketNo}/links',
      'GET /openapi.json',
      'GET /privacy/{channel}',
      'GET /tickets/{ticketNo}',
      'POST /channels/phone/requests',
      'POST /channels/phone/vendors/{vendor}',
      'POST /channels/website/requests',
      'POST /channels/wechat/attachments',
      'POST /channels/wechat/messages',
      'POST /channels/wechat/requests',
      'POST /channels/wechat/sessions',
      'POST /channels/wechat/sessions/phone',
      'POST /clerk/commands',
      'POST /departments/{departmentId}/tickets/{ticketNo}/commands',
      'POST /hotline/callers/search',
      'POST /hotline/catalogue/rollback',
      'POST /hotline/catalogue/versions',
      'POST /hotline/deliveries/replay',
      'POST /hotline/deliveries/skip',
      'POST /hotline/endpoints/{unit}/enable',
      'POST /hotline/rights/correct',
      'POST /hotline/rights/erase',
      'POST /hotline/rights/export',
      'POST /hotline/tickets/{ticketNo}/commands',
      'POST /hotline/tickets/{ticketNo}/links',
      'POST /hotline/tickets/{ticketNo}/links/revoke',
      'POST /hotline/tickets/{ticketNo}/opinion',
      'POST /hotline/tickets/{ticketNo}/unmask',
      'POST /tickets/{ticketNo}/append',
      'POST /tickets/{ticketNo}/rating',
      'POST /tickets/{ticketNo}/urge',
      'POST /tickets/{ticketNo}/withdraw',
    ]);
    expect(new Set(operations().map(({ operationId }) => operationId)).size).toBe(served.length);
  });

  test('references lead somewhere, and every component is used or a word of the contract', () => {
    const references = [...nodes(document)].flatMap((node) => (typeof node.$ref === 'string' ? [node.$ref] : []));
    expect(references.length).toBeGreaterThan(30);
    for (const reference of references) {
      const [, name] = /^#\/components\/schemas\/(\w+)$/.exec(reference) ?? [];
      expect(document.components.schemas).toHaveProperty(name!);
    }
    for (const node of nodes(document.components.schemas)) expect(node).not.toHaveProperty('$id');
  });

  test('path parameters and security schemes are declared', () => {
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const operation of Object.values(methods).map((op) => Operation.parse(op))) {
        const declared = operation.parameters.filter((p) => p.in === 'path').map((p) => `{${p.name}}`);
        expect(declared).toEqual(path.match(/\{\w+\}/g) ?? []);
        for (const scheme of operation.security.flatMap(Object.keys)) {
          expect(document.components.securitySchemes).toHaveProperty(scheme);
        }
      }
    }
  });

  test('canonical bodies refuse unknown fields', () => {
    for (const name of ['PhoneRequest', 'WebsiteRequest', 'WechatRequest', 'RatingRequest']) {
      expect(document.components.schemas[name]).toMatchObject({ type: 'object', additionalProperties: false });
    }
  });

  test('its JSON Schemas judge like the schemas that they were made of', () => {
    const problem = z.fromJSONSchema(document.components.schemas.Problem as never);
    expect(problem.safeParse({ type: 't', title: 'x', status: 404, code: 'notFound' }).success).toBe(true);
    expect(problem.safeParse({ type: 't', title: 'x', status: 200, code: 'notFound' }).success).toBe(false);
  });

  test('errors are problem+json', () => {
    for (const { responses } of operations()) {
      for (const [status, { content }] of Object.entries(responses)) {
        if (Number(status) >= 400) expect(Object.keys(content)).toEqual(['application/problem+json']);
      }
      // The edge limits every route.
      expect(Object.keys(responses)).toContain('429');
    }
  });

  test('every example is valid', () => {
    let seen = 0;
    for (const route of routes) {
      for (const example of Object.values(route.body?.examples ?? {})) {
        expect(route.body!.schema.safeParse(example).error).toBeUndefined();
        seen++;
      }
      for (const { schema, example } of Object.values(route.answers)) {
        if (example === undefined) continue;
        expect(schema!.safeParse(example).error).toBeUndefined();
        seen++;
      }
    }
    expect(seen).toBeGreaterThan(15);
    expect(isTicketNo(receipt.ticketNo)).toBe(true);
  });

  test('its text is the same every time', () => {
    expect(JSON.stringify(openApi())).toBe(JSON.stringify(document));
  });
});

test('a resource that a function does not know answers 404 as a problem', async () => {
  for (const handler of [phone, website, wechat, citizen, departments, hotline, portal]) {
    const answer = await call(handler, { resource: '/elsewhere', method: 'GET' });
    expect([answer.status, answer.headers['content-type']]).toEqual([404, 'application/problem+json; charset=utf-8']);
  }
});
