/**
 * The alarm clock of a ticket (时限): wait until its next mark, tick, wait again. The clock itself is data on the ticket;
 * an execution only knows when to look. JSONPath and Wait, Task, Choice, Succeed only: what the local engine does as AWS.
 */
import { ArnFormat, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  type CfnStateMachine,
  DefinitionBody,
  LogLevel,
  StateMachine,
  StateMachineType,
} from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type Partition, PRINCIPALS } from '../partition.ts';
import type { MachineReference, ServiceFunction } from './service-function.ts';

/** Input and output of each state: `{ticketNo, generation, until, done?, reason?}`; `until` is ISO 8601 in UTC. */
export const timerDefinition = (tickArn: string) => ({
  Comment: 'Waits for the next mark of a ticket, ticks, and goes on until the ticket needs no clock.',
  StartAt: 'UntilNextMark',
  States: {
    UntilNextMark: { Type: 'Wait', TimestampPath: '$.until', Next: 'Tick' },
    Tick: {
      Type: 'Task',
      Resource: tickArn,
      // An alarm clock must not die of an outage: 5 s, 10 s, … then every 15 minutes, for two days.
      Retry: [
        { ErrorEquals: ['States.ALL'], IntervalSeconds: 5, BackoffRate: 2, MaxDelaySeconds: 900, MaxAttempts: 200 },
      ],
      Next: 'Done?',
    },
    'Done?': {
      Type: 'Choice',
      Choices: [{ Variable: '$.done', BooleanEquals: true, Next: 'Finished' }],
      Default: 'UntilNextMark',
    },
    Finished: { Type: 'Succeed' },
  },
});

export class SlaTimer extends Construct implements MachineReference {
  readonly arn: string;
  /** Pattern of the ARNs of its executions. */
  readonly executionsArn: string;
  /** How cdk-nag names that pattern. */
  readonly executionsFinding: string;

  constructor(scope: Construct, id: string, props: { tick: ServiceFunction; partition: Partition }) {
    super(scope, id);
    const stack = Stack.of(this);
    const role = new Role(this, 'Role', { assumedBy: new ServicePrincipal(PRINCIPALS.states) });
    role.addToPrincipalPolicy(
      new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [props.tick.live.functionArn] }),
    );
    const machine = new StateMachine(this, 'Machine', {
      stateMachineType: StateMachineType.STANDARD,
      definitionBody: DefinitionBody.fromString(stack.toJsonString(timerDefinition(props.tick.live.functionArn))),
      role,
      ...(props.partition.xray ? { tracingEnabled: true } : {}),
      logs: {
        destination: new LogGroup(this, 'Logs', {
          // Vended logs share one resource policy per account; this prefix keeps it from growing past its limit.
          logGroupName: `/aws/vendedlogs/states/${stack.stackName}-${id}`,
          retention: RetentionDays.SIX_MONTHS,
          removalPolicy: RemovalPolicy.RETAIN,
        }),
        level: LogLevel.ERROR,
        includeExecutionData: false,
      },
    });
    this.arn = machine.stateMachineArn;
    this.executionsArn = stack.formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${machine.stateMachineName}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const machineId: string = stack.resolve(stack.getLogicalId(machine.node.defaultChild as CfnStateMachine));
    this.executionsFinding = `Resource::arn:<AWS::Partition>:states:${stack.region}:<AWS::AccountId>:execution:<${machineId}.Name>:*`;
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'The log delivery and X-Ray actions know no resources; the one action on a function names the function.',
    });
    Validations.of(machine).acknowledge(
      {
        id: 'AwsSolutions-SF1',
        reason: 'Only errors are logged: each wake of each ticket would be four lines that repeat what the tick logs.',
      },
      ...(props.partition.xray
        ? []
        : [{ id: 'AwsSolutions-SF2', reason: 'X-Ray does not exist in this partition (infra/partition.ts).' }]),
    );
  }
}
