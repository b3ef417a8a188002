/** What the edge refuses, and above all what it must not: a push that is refused is a citizen who is not heard. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ADDRESS_LIMITS, BODY_RULES, COUNTED_RULES, FREE_TEXT_PATHS } from '#infra/constructs/edge-rules.ts';
import { STAGE_LIMIT } from '#infra/constructs/rate-limits.ts';
import { routes } from '#schemas/openapi-routes.ts';
import { type Assembly, REGIONS, synthesizeFor } from './assembly.ts';

describe('the rules as data', () => {
  test('every door that takes a body takes free text: the body rules refuse nothing that the contract allows', () => {
    const posts = routes.filter(({ method }) => method !== 'get').map(({ path }) => path);
    expect(posts.length).toBeGreaterThan(20);
    expect(posts.filter((path) => !FREE_TEXT_PATHS.some((begin) => path.startsWith(begin)))).toEqual([]);
  });

  test('no signed door is among those where guessing is limited', () => {
    const guarded = ADDRESS_LIMITS.flatMap(({ paths = [] }) => paths);
    const signed = routes.filter(({ path }) => /^\/(channels\/(phone|website)|departments)\//.test(path));
    expect(signed.length).toBeGreaterThan(3);
    for (const { path } of signed)
      expect(
        guarded.filter((begin) => path.startsWith(begin)),
        path,
      ).toEqual([]);
    expect(guarded.filter((begin) => '/channels/wechat/messages'.startsWith(begin))).toEqual([]);
  });

  test('one address cannot use up what the stage takes from everybody, and each figure has its reason', () => {
    for (const { id, requests, reason } of ADDRESS_LIMITS) {
      expect(requests, id).toBeLessThanOrEqual(STAGE_LIMIT.rate * 300 * 0.1);
      // WAF's own least.
      expect(requests, id).toBeGreaterThanOrEqual(10);
      expect(reason.length, id).toBeGreaterThan(40);
    }
  });
});

describe.each(REGIONS)('%s', (region) => {
  let assembly: Assembly;
  beforeAll(() => {
    assembly = synthesizeFor(region);
  });
  afterAll(() => assembly?.cleanup());

  const acl = () => assembly.ofType('AWS::WAFv2::WebACL')[0]!.properties;
  const rule = (name: string) => acl().Rules.find(({ Name }: { Name: string }) => Name === name);

  test('stands in front of the stage', () => {
    const [association] = assembly.ofType('AWS::WAFv2::WebACLAssociation');
    expect(JSON.stringify(association!.properties.ResourceArn)).toMatch(/:apigateway:.*::\/restapis\/.*\/stages\//);
    expect(acl()).toMatchObject({ Scope: 'REGIONAL', DefaultAction: { Allow: {} } });
  });

  test('counts what looks into bodies, and blocks by it only where no free text is expected', () => {
    const managed = rule('common-attacks').Statement.ManagedRuleGroupStatement;
    expect(managed).toMatchObject({ VendorName: 'AWS', Name: 'AWSManagedRulesCommonRuleSet' });
    const counted = managed.RuleActionOverrides.map(({ Name, ActionToUse }: Record<string, unknown>) => {
      expect(ActionToUse).toEqual({ Count: {} });
      return Name;
    });
    expect(counted.sort()).toEqual([...Object.keys(BODY_RULES), ...Object.keys(COUNTED_RULES)].sort());
    const [found, elsewhere] = rule('bodies').Statement.AndStatement.Statements;
    expect(JSON.stringify(found)).toContain('awswaf:managed:aws:core-rule-set:SizeRestrictions_Body');
    const paths = elsewhere.NotStatement.Statement.OrStatement.Statements;
    // With the stage and without: under the API's own address, and under a domain.
    expect(paths).toHaveLength(2 * FREE_TEXT_PATHS.length);
  });

  test('answers an address above its limit 429 with our code', () => {
    for (const { id, requests } of ADDRESS_LIMITS) {
      const { Action, Statement } = rule(`address-${id}`);
      expect(Statement.RateBasedStatement).toMatchObject({ AggregateKeyType: 'IP', Limit: requests });
      expect(Action.Block.CustomResponse).toMatchObject({ ResponseCode: 429 });
      const body = acl().CustomResponseBodies[Action.Block.CustomResponse.CustomResponseBodyKey];
      expect(JSON.parse(body.Content)).toMatchObject({ status: 429, code: 'tooManyRequests' });
    }
  });

  test('keeps no request: neither sampled nor logged', () => {
    expect(JSON.stringify(acl())).not.toContain('"SampledRequestsEnabled":true');
    expect(assembly.ofType('AWS::WAFv2::LoggingConfiguration')).toEqual([]);
  });
});
