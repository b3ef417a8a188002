/** What a deployment may say by context, and that a slip stops it instead of telling nobody. */
import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { loadDistrict } from '#infra/district.ts';
import { NO_SETTINGS, readSettings } from '#infra/settings.ts';
import { APP_SETTINGS, addStacks, withBundles } from '#infra/synthesize.ts';
import { DISTRICT } from './assembly.ts';

/** The stateless stack of a deployment with this context. */
function deployedWith(given: Record<string, string>): Template {
  const district = loadDistrict(DISTRICT);
  const settings = readSettings(given);
  return withBundles(district, (bundles) => {
    const app = new App(APP_SETTINGS);
    addStacks(app, { district, region: 'cn-northwest-1', bundles, allowOutsideMainland: false, settings });
    return Template.fromJSON(app.synth().getStackByName(`jieban-${DISTRICT}-stateless`).template);
  });
}

describe('a setting', () => {
  test('may be left out', () => expect(NO_SETTINGS).toEqual({ alarmsTo: [], urgentAlarmsTo: [] }));

  test.each([
    ['alarmsTo', 'nobody'],
    ['alarmsTo', 'http://hook.example.cn/'],
    ['alarmsTo', ''],
    ['urgentAlarmsTo', 'a@example.cn,'],
    ['domain', 'https://12345.example.gov.cn'],
    ['certificateArn', 'mine'],
  ])('%s=%s is refused by name', (name, value) => {
    expect(() => readSettings({ [name]: value })).toThrow(new RegExp(`context ${name}: `));
  });

  test('that does not exist is refused: a slip would tell nobody', () => {
    expect(() => readSettings({ alarmTo: 'a@example.cn' })).toThrow(/alarmTo.*there are revision/);
  });
});

test('each address hears of its severity, once', () => {
  const template = deployedWith({
    alarmsTo: 'zhiban@example.gov.cn, keji@example.gov.cn',
    urgentAlarmsTo: 'https://pager.example.cn/hook,zhiban@example.gov.cn',
  });
  const told = Object.values(template.findResources('AWS::SNS::Subscription')).map(({ Properties }) => [
    String(Properties.TopicArn.Ref).startsWith('AlarmTopicsUrgent') ? 'urgent' : 'soon',
    Properties.Protocol,
    Properties.Endpoint,
  ]);
  expect(told.map((line) => line.join(' ')).sort()).toEqual([
    'soon email keji@example.gov.cn',
    'soon email zhiban@example.gov.cn',
    'urgent email keji@example.gov.cn',
    'urgent email zhiban@example.gov.cn',
    'urgent https https://pager.example.cn/hook',
  ]);
});

const CERTIFICATE = 'arn:aws-cn:acm:cn-northwest-1:123456789012:certificate/0f1e2d3c';

test('a domain needs its certificate', () => {
  expect(() => readSettings({ domain: '12345.example.gov.cn' })).toThrow(/belong together/);
  expect(() => readSettings({ certificateArn: CERTIFICATE })).toThrow(/belong together/);
});

test('with a domain the API is reached there alone, over TLS 1.2', () => {
  const template = deployedWith({ domain: '12345.example.gov.cn', certificateArn: CERTIFICATE });
  template.hasResourceProperties('AWS::ApiGateway::DomainName', {
    DomainName: '12345.example.gov.cn',
    RegionalCertificateArn: CERTIFICATE,
    EndpointConfiguration: { Types: ['REGIONAL'] },
    SecurityPolicy: 'TLS_1_2',
  });
  template.resourceCountIs('AWS::ApiGateway::BasePathMapping', 1);
  template.hasResourceProperties('AWS::ApiGateway::RestApi', { DisableExecuteApiEndpoint: true });
});

test('another revision is another version of every function, and nothing else', () => {
  const versions = (template: Template) => Object.keys(template.findResources('AWS::Lambda::Version')).sort();
  const [before, again, after] = [deployedWith({}), deployedWith({}), deployedWith({ revision: 'restore-1' })];
  expect(versions(again)).toEqual(versions(before));
  expect(versions(after)).toHaveLength(versions(before).length);
  expect(versions(after).filter((id) => versions(before).includes(id))).toEqual([]);
});
