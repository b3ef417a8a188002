/** Runs a function at a steady rate. A run that failed isn't repeated: the next one finds everything that it left. */
import type { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { ServiceFunction } from './service-function.ts';

export function runEvery(rate: Duration, worker: ServiceFunction): void {
  // Two services may repeat a run. EventBridge, when Lambda doesn't take the event: the target's retry policy. And Lambda
  // itself, which by default runs a failed asynchronous event twice more: the invoke configuration. A run that had to wait
  // until the next is due is dropped by both.
  worker.live.configureAsyncInvoke({ retryAttempts: 0, maxEventAge: rate });
  new Rule(worker, 'Schedule', {
    description: `Runs ${worker.node.id}`,
    schedule: Schedule.rate(rate),
    targets: [new LambdaFunction(worker.live, { retryAttempts: 0, maxEventAge: rate })],
  });
}
