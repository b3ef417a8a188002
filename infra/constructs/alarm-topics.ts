/**
 * Whom alarms tell: one topic for each severity, so that only what cannot wait wakes somebody. The texts of alarms name
 * functions and thresholds, never a ticket or a person, so that they may leave the account by mail.
 */
import { ArnFormat, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription, UrlSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';
import { PRINCIPALS } from '../partition.ts';
import type { DeploymentSettings } from '../settings.ts';
import type { Severity } from './alarm-kinds.ts';

export class AlarmTopics extends Construct implements Readonly<Record<Severity, Topic>> {
  readonly urgent: Topic;
  readonly soon: Topic;

  constructor(scope: Construct, id: string, props: { prefix: string; settings: DeploymentSettings }) {
    super(scope, id);
    const { alarmsTo, urgentAlarmsTo } = props.settings;
    this.urgent = this.#topic('Urgent', `${props.prefix}-urgent`, [...new Set([...alarmsTo, ...urgentAlarmsTo])]);
    this.soon = this.#topic('Soon', `${props.prefix}-soon`, alarmsTo);
  }

  #topic(id: string, topicName: string, addresses: readonly string[]): Topic {
    // Not encrypted under a key of ours: there is nothing in it to keep from anybody who may read alarms.
    const topic = new Topic(this, id, { topicName, displayName: topicName, enforceSSL: true });
    // A topic with a policy of its own no longer has the one by which alarms of the account may publish.
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal(PRINCIPALS.cloudwatch)],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
          ArnLike: {
            'aws:SourceArn': Stack.of(this).formatArn({
              service: 'cloudwatch',
              resource: 'alarm',
              resourceName: '*',
              arnFormat: ArnFormat.COLON_RESOURCE_NAME,
            }),
          },
        },
      }),
    );
    for (const address of addresses) {
      topic.addSubscription(
        address.startsWith('https://') ? new UrlSubscription(address) : new EmailSubscription(address),
      );
    }
    return topic;
  }
}
