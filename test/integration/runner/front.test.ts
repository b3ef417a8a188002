/** API Gateway on one machine: proxy events, routes, gateway answers, bursts. */
import { Agent, request } from 'node:http';
import { Duration } from 'aws-cdk-lib';
import * as api from 'aws-cdk-lib/aws-apigateway';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import { beforeAll, describe, expect, it } from 'vitest';
import { type Booted, boot, shutDown, synthStack, testFunction } from './mini-app.ts';

let booted: Booted;
let url: string;

beforeAll(async () => {
  const assembly = synthStack((stack) => {
    const alias = testFunction(stack, 'Echo', { handler: 'index.echo' }).addAlias('live');
    const echo = new api.LambdaIntegration(alias as lambda.IFunction);
    const bytes = new api.LambdaIntegration(testFunction(stack, 'Bytes', { handler: 'index.bytes' }));
    const misbehave = new api.LambdaIntegration(
      testFunction(stack, 'Misbehave', { handler: 'index.misbehaveHttp', timeout: Duration.seconds(1) }),
    );
    const rest = new api.RestApi(stack, 'Api', { binaryMediaTypes: ['*/*'], deployOptions: { stageName: 'v1' } });
    rest.root.addMethod('GET', echo);
    const tickets = rest.root.addResource('tickets');
    tickets.addMethod('GET', echo);
    tickets.addResource('{ticketNo}').addMethod('GET', echo);
    tickets.addResource('fixed').addMethod('ANY', echo);
    rest.root.addResource('files').addResource('{proxy+}').addMethod('GET', echo);
    rest.root.addResource('bytes').addMethod('POST', bytes);
    rest.root.addResource('do').addResource('{how}').addMethod('GET', misbehave);
    rest.addGatewayResponse('NoRoute', {
      type: api.ResponseType.MISSING_AUTHENTICATION_TOKEN,
      statusCode: '404',
      responseHeaders: { 'Content-Type': "'application/problem+json'" },
      templates: { 'application/json': '{"title":$context.error.messageString,"status":404}' },
    });
  });
  booted = await boot(assembly, {
    extra: (message, response) => {
      if (message.url !== '/extra') return false;
      response.end('from outside of the template');
      return true;
    },
  });
  url = booted.runner.url;
  return () => shutDown(booted);
});

const echoed = async (path: string, init?: RequestInit) =>
  (await (await fetch(`${url}${path}`, init)).json()) as Record<string, unknown>;

describe('the event of a request', () => {
  it('has path, parameters, query and headers as API Gateway gives them', async () => {
    const event = await echoed('/tickets/%E5%92%B8%20%E5%AE%89?a=1&a=2&b=%E6%B1%9F', {
      headers: { 'X-Query-Code': 'Q' },
    });
    expect(event).toMatchObject({
      resource: '/tickets/{ticketNo}',
      path: '/tickets/咸 安',
      httpMethod: 'GET',
      pathParameters: { ticketNo: '咸 安' },
      queryStringParameters: { a: '2', b: '江' },
      multiValueQueryStringParameters: { a: ['1', '2'], b: ['江'] },
      headers: { 'X-Forwarded-Proto': 'http' },
      body: null,
      isBase64Encoded: false,
      requestContext: { stage: 'v1', resourcePath: '/tickets/{ticketNo}', identity: { sourceIp: '127.0.0.1' } },
    });
    const headers = event.headers as Record<string, string>;
    expect(Object.entries(headers).find(([name]) => name.toLowerCase() === 'x-query-code')?.[1]).toBe('Q');
  });

  it('prefers literal segments, and takes greedy ones last', async () => {
    expect(await echoed('/tickets/fixed')).toMatchObject({ resource: '/tickets/fixed', pathParameters: null });
    expect(await echoed('/tickets/7')).toMatchObject({ resource: '/tickets/{ticketNo}' });
    expect(await echoed('/files/a/b.txt')).toMatchObject({
      resource: '/files/{proxy+}',
      pathParameters: { proxy: 'a/b.txt' },
    });
    expect(await echoed('/')).toMatchObject({ resource: '/', queryStringParameters: null, pathParameters: null });
    expect(await echoed('/tickets/fixed', { method: 'DELETE' })).toMatchObject({ httpMethod: 'DELETE' });
  });

  it('carries any bytes there and back', async () => {
    const body = Buffer.from([0, 255, 254, 195, 40, 10, 13, 128]);
    const response = await fetch(`${url}/bytes`, { method: 'POST', body });
    expect(response.headers.get('content-type')).toBe('x/y');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(body);
  });

  it('turns the answer back, multi-value headers included', async () => {
    const response = await fetch(`${url}/tickets`);
    expect(response.status).toBe(200);
    expect(response.headers.get('x-one')).toBe('one');
    expect(response.headers.get('x-many')).toBe('a, b');
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
  });
});

it('a path that begins with two slashes names no host', async () => {
  expect(await echoed('//tickets/fixed')).toMatchObject({ resource: '/tickets/fixed' });
  expect(await echoed('//')).toMatchObject({ resource: '/' });
});

describe("the gateway's own answers", () => {
  it('come from the template for an unknown route', async () => {
    const response = await fetch(`${url}/nowhere`);
    expect(response.status).toBe(404);
    expect(response.headers.get('content-type')).toBe('application/problem+json');
    expect(await response.json()).toEqual({ title: 'Missing Authentication Token', status: 404 });
    expect((await fetch(`${url}/tickets`, { method: 'POST', body: '{}' })).status).toBe(404);
    expect((await fetch(`${url}/bytes/more`)).status).toBe(404);
  });

  it.each(['throw', 'exit', 'hang', 'malformed'])('are 502 when the function fails (%s)', async (how) => {
    const response = await fetch(`${url}/do/${how}`);
    expect(response.status).toBe(502);
    expect(await response.json()).toEqual({ message: 'Internal server error' });
  });

  it('are 413 for a body over 10 MB, announced or not', async () => {
    const body = Buffer.alloc(10 * 1024 * 1024 + 1);
    expect((await fetch(`${url}/bytes`, { method: 'POST', body })).status).toBe(413);
    // 10 MB pass the gateway, but not Lambda.
    expect((await fetch(`${url}/bytes`, { method: 'POST', body: body.subarray(2) })).status).toBe(413);
    const large = await fetch(`${url}/bytes`, { method: 'POST', body: body.subarray(0, 3_000_000) });
    expect((await large.arrayBuffer()).byteLength).toBe(3_000_000);
  });
});

describe('the front', () => {
  it('serves the routes of its caller first', async () => {
    expect(await (await fetch(`${url}/extra`)).text()).toBe('from outside of the template');
  });

  it('answers 1,000 requests at once, each on its own connection', async () => {
    const agent = new Agent({ keepAlive: false, maxSockets: 1_000 });
    const get = (): Promise<number> =>
      new Promise((resolve, reject) => {
        const call = request(`${url}/tickets`, { agent }, (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
        });
        call.on('error', reject);
        call.end();
      });
    const statuses = await Promise.all(Array.from({ length: 1_000 }, get));
    expect(statuses.filter((status) => status === 200)).toHaveLength(1_000);
    agent.destroy();
  });
});
