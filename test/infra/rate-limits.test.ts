/** Every door has its limit: the groups say which, the template carries it, and WeChat's push is held up by none of ours. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { LIMIT_GROUPS, limitGroupOf, STAGE_LIMIT } from '#infra/constructs/rate-limits.ts';
import { routes } from '#schemas/openapi-routes.ts';
import { type Assembly, synthesizeFor } from './assembly.ts';

let assembly: Assembly;
beforeAll(() => {
  assembly = synthesizeFor('cn-northwest-1');
});
afterAll(() => assembly?.cleanup());

interface Setting {
  HttpMethod: string;
  ResourcePath: string;
  ThrottlingRateLimit: number;
  ThrottlingBurstLimit: number;
}
const settings = (): Map<string, Setting> => {
  const [stage] = assembly.ofType('AWS::ApiGateway::Stage');
  const list: Setting[] = stage!.properties.MethodSettings;
  return new Map(list.map((setting) => [`${setting.HttpMethod} ${setting.ResourcePath}`, setting]));
};
const figures = ({ rate, burst }: { rate: number; burst: number }) => ({
  ThrottlingRateLimit: rate,
  ThrottlingBurstLimit: burst,
});

test('the stage limits every method, and each method of a group as the group says', () => {
  const found = settings();
  expect(found.get('* /*')).toMatchObject(figures(STAGE_LIMIT));
  let own = 0;
  for (const { method, path } of routes) {
    const setting = found.get(`${method.toUpperCase()} /${path.replaceAll('/', '~1')}`);
    const group = limitGroupOf(path);
    if (group === undefined) expect(setting, path).toBeUndefined();
    else expect(setting, path).toMatchObject(figures(group));
    own += group === undefined ? 0 : 1;
  }
  expect(found.size).toBe(own + 1);
});

test('every route but the portal’s is of a group, and no group is empty', () => {
  const groupless = routes.filter(({ path }) => limitGroupOf(path) === undefined);
  expect(groupless.filter(({ tag }) => tag !== 'portal').map(({ path }) => path)).toEqual([]);
  const used = new Set(routes.map(({ path }) => limitGroupOf(path)?.id));
  expect(LIMIT_GROUPS.filter(({ id }) => !used.has(id))).toEqual([]);
});

test('no group goes above the stage, and each bucket holds a second’s worth at least', () => {
  for (const { id, rate, burst, reason } of LIMIT_GROUPS) {
    expect(rate, id).toBeLessThanOrEqual(STAGE_LIMIT.rate);
    expect(burst, id).toBeLessThanOrEqual(STAGE_LIMIT.burst);
    expect(burst, id).toBeGreaterThanOrEqual(rate);
    expect(reason.length, id).toBeGreaterThan(40);
  }
});

describe.each([
  ['/channels/phone/requests', 'phone forms'],
  ['/channels/phone/vendors/{vendor}', 'phone vendor pushes'],
  ['/channels/website/requests', 'website messages'],
  ['/channels/wechat/sessions', 'WeChat mini-program'],
  ['/channels/wechat/messages', 'WeChat message push'],
  ['/channels/wechat/tickets', 'citizens'],
  ['/tickets/{ticketNo}', 'citizens'],
  ['/departments/{departmentId}/tickets', 'departments'],
  ['/clerk', 'clerks'],
  ['/clerk/commands', 'clerks'],
  ['/hotline/tickets', 'hotline desk'],
])('%s', (path, group) => {
  test(`is of the group: ${group}`, () => expect(limitGroupOf(path)?.id).toBe(group));
});

test('WeChat’s push has the stage’s own limit: a push that is refused three times is lost', () => {
  expect(limitGroupOf('/channels/wechat/messages')).toMatchObject(STAGE_LIMIT);
});

test('a refusal is a problem that says when to try again', () => {
  const refusal = assembly
    .ofType('AWS::ApiGateway::GatewayResponse')
    .find(({ properties }) => properties.ResponseType === 'THROTTLED')!.properties;
  expect(refusal.StatusCode).toBe('429');
  expect(refusal.ResponseParameters).toEqual({
    'gatewayresponse.header.Content-Type': "'application/problem+json'",
    'gatewayresponse.header.Retry-After': "'1'",
  });
  expect(JSON.parse(refusal.ResponseTemplates['application/json'])).toMatchObject({ code: 'tooManyRequests' });
});
