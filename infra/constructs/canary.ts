/**
 * How new code goes out (灰度发布): a tenth of the calls for a while, and back by itself when that function fails or gets slow.
 * A county's quiet quarter of an hour may bring no call at all to the new version; what the canary can't see is left to the
 * alarms of `alarm-list.ts` and to a person.
 */
import { Duration, Validations } from 'aws-cdk-lib';
import { Alarm, MathExpression, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { LambdaApplication, LambdaDeploymentConfig, LambdaDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { PRINCIPALS } from '../partition.ts';
import type { ServiceFunction } from './service-function.ts';

/** Crashes and timeouts; a refusal is an answer. One may be a slow partner's, two within the period are a pattern. */
const ERRORS = 2;
/** Of the function's time limit: from there a slow start ends in timeouts. */
const SLOW_SHARE = 2 / 3;
/** Long enough for three runs of what is scheduled every five minutes. */
const CONFIG = LambdaDeploymentConfig.CANARY_10PERCENT_15MINUTES;

export class Canary extends Construct {
  constructor(scope: Construct, id: string, props: { prefix: string; functions: readonly ServiceFunction[] }) {
    super(scope, id);
    const application = new LambdaApplication(this, 'Application', { applicationName: props.prefix });
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal(PRINCIPALS.codedeploy) });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited]',
      reason: 'The policy that CodeDeploy itself asks for; it may shift aliases and read alarms.',
    });
    for (const fn of props.functions) {
      const name = fn.node.id;
      new LambdaDeploymentGroup(this, name, {
        application,
        role,
        alias: fn.alias,
        deploymentConfig: CONFIG,
        alarms: [alarmOf(this, `${name}Alarm`, `${props.prefix}-deploy-${name}`, fn)],
        // A failed or stopped deployment goes back, too, by default.
        autoRollback: { deploymentInAlarm: true },
      });
    }
  }
}

/** One for both, because CloudFormation counts resources: rings when the function fails or is slow, whichever version. */
function alarmOf(scope: Construct, id: string, alarmName: string, fn: ServiceFunction): Alarm {
  const period = Duration.minutes(1);
  const limit = Math.round(fn.timeout.toMilliseconds() * SLOW_SHARE);
  return new Alarm(scope, id, {
    alarmName,
    alarmDescription: `During a deployment: ${fn.node.id} failed or took ${limit} ms. CodeDeploy goes back. See docs/upgrade.md#rolled-back`,
    metric: new MathExpression({
      expression: `IF(FILL(errors, 0) >= ${ERRORS} OR FILL(slowest, 0) >= ${limit}, 1, 0)`,
      label: 'unwell',
      period,
      usingMetrics: {
        errors: fn.live.metricErrors({ period, statistic: 'Sum' }),
        slowest: fn.live.metricDuration({ period, statistic: 'p99' }),
      },
    }),
    threshold: 1,
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  });
}
