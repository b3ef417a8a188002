/** The rate limits of the API's stage on one machine: the template's own figures, counted by a clock that the test moves. */
import * as api from 'aws-cdk-lib/aws-apigateway';
import { describe, expect, it } from 'vitest';
import { UnsupportedTemplateError } from '#infra/local/aws/template.ts';
import { createThrottle } from '#infra/local/aws/throttle.ts';
import { boot, shutDown, synthStack, testFunction } from './mini-app.ts';

const THROTTLED = '{"code":"tooManyRequests","said":$context.error.messageString}';
const assemblyWith = (methodOptions: Record<string, api.MethodDeploymentOptions>) =>
  synthStack((stack) => {
    const echo = new api.LambdaIntegration(testFunction(stack, 'Echo', { handler: 'index.echo' }));
    const rest = new api.RestApi(stack, 'Api', {
      binaryMediaTypes: ['*/*'],
      deployOptions: { stageName: 'v1', throttlingRateLimit: 2, throttlingBurstLimit: 4, methodOptions },
    });
    rest.root.addMethod('GET', echo);
    const tickets = rest.root.addResource('tickets');
    tickets.addMethod('GET', echo);
    const ticket = tickets.addResource('{ticketNo}');
    ticket.addMethod('GET', echo);
    ticket.addMethod('POST', echo);
    rest.addGatewayResponse('TooMany', {
      type: api.ResponseType.THROTTLED,
      responseHeaders: { 'Retry-After': "'1'" },
      templates: { 'application/json': THROTTLED },
    });
  });
const narrow = { '/tickets/{ticketNo}/GET': { throttlingRateLimit: 1, throttlingBurstLimit: 2 } };

describe('the front', () => {
  it('lets in what the stage lets in, each method by itself, and answers the rest as the template says', async () => {
    let now = 0;
    const booted = await boot(assemblyWith(narrow), { throttle: { now: () => now } });
    const statuses = async (path: string, count: number, method = 'GET') => {
      const found: number[] = [];
      for (let sent = 0; sent < count; sent++)
        found.push((await fetch(`${booted.runner.url}${path}`, { method })).status);
      return found;
    };
    // Its own bucket of two, for all tickets together.
    expect(await statuses('/tickets/1', 2)).toEqual([200, 200]);
    expect(await statuses('/tickets/2', 2)).toEqual([429, 429]);
    // The stage's bucket of four for each of the others.
    expect(await statuses('/tickets/1', 5, 'POST')).toEqual([200, 200, 200, 200, 429]);
    expect(await statuses('/tickets', 5)).toEqual([200, 200, 200, 200, 429]);
    // What is no route costs nothing.
    expect(await statuses('/nowhere', 6)).toEqual([403, 403, 403, 403, 403, 403]);
    now += 1000;
    expect(await statuses('/tickets/1', 2)).toEqual([200, 429]);
    expect(await statuses('/tickets', 3)).toEqual([200, 200, 429]);

    const refused = await fetch(`${booted.runner.url}/tickets/1`);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    expect(await refused.json()).toEqual({ code: 'tooManyRequests', said: 'Too Many Requests' });
    await shutDown(booted);
  });

  it('lets everything in when it is told so', async () => {
    const booted = await boot(assemblyWith(narrow), { throttle: false });
    const all = await Promise.all(Array.from({ length: 30 }, () => fetch(`${booted.runner.url}/tickets/1`)));
    expect(all.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200));
    await shutDown(booted);
  });

  it('refuses settings that it would not keep', async () => {
    const some = { '/tickets/*': { throttlingRateLimit: 1, throttlingBurstLimit: 2 } };
    await expect(boot(assemblyWith(some))).rejects.toThrow(UnsupportedTemplateError);
  });
});

describe('a bucket', () => {
  it('never holds more than its burst, fills in fractions, and an empty one gains nothing by asking', () => {
    let now = 5_000;
    const throttle = createThrottle(new Map([['GET /a', { rate: 2, burst: 3 }]]), () => now);
    const admitted = (count: number) => Array.from({ length: count }, () => throttle.admits('GET', '/a'));
    expect(admitted(4)).toEqual([true, true, true, false]);
    now += 400;
    expect(admitted(2)).toEqual([false, false]);
    now += 100;
    expect(admitted(2)).toEqual([true, false]);
    now += 3_600_000;
    expect(admitted(4)).toEqual([true, true, true, false]);
    // No limit of its own and none for all.
    expect(throttle.admits('POST', '/a')).toBe(true);
  });
});
