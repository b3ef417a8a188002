/** Metrics that alarms and dashboard both read and that no construct of the CDK hands out. */
import { type Duration, Stack } from 'aws-cdk-lib';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { ServiceFunction } from './service-function.ts';
import type { WebAcl } from './web-acl.ts';

/** A count that a function publishes itself (functions/shared/metrics.ts), under its own name as the dimension. */
export const ownCount = (fn: ServiceFunction, metricName: string, period: Duration): Metric =>
  new Metric({
    namespace: 'Jieban',
    metricName,
    // The function's POWERTOOLS_SERVICE_NAME.
    dimensionsMap: { service: fn.node.id },
    period,
    statistic: 'Sum',
  });

/** Executions open in the account and region; the service publishes no such count for a single machine. */
export const openExecutions = (period: Duration): Metric =>
  new Metric({
    namespace: 'AWS/States',
    metricName: 'OpenExecutionCount',
    period,
    statistic: 'Maximum',
  });

/** Requests that the web ACL refused, whichever of its rules. */
export const blockedRequests = (acl: WebAcl, period: Duration): Metric =>
  new Metric({
    namespace: 'AWS/WAFV2',
    metricName: 'BlockedRequests',
    dimensionsMap: { WebACL: acl.name, Region: Stack.of(acl).region, Rule: 'ALL' },
    period,
    statistic: 'Sum',
  });
