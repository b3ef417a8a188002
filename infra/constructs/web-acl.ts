/** The web ACL in front of the API, made of `edge-rules.ts`. It exists in every partition. */
import { ArnFormat, Stack } from 'aws-cdk-lib';
import type { Stage } from 'aws-cdk-lib/aws-apigateway';
import { CfnWebACL, CfnWebACLAssociation } from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import {
  ADDRESS_LIMITS,
  ADDRESS_WINDOW_SECONDS,
  type AddressLimit,
  BODY_RULES,
  COUNTED_RULES,
  FREE_TEXT_PATHS,
} from './edge-rules.ts';

const RULE_SET = 'AWSManagedRulesCommonRuleSet';
const LABELS = 'awswaf:managed:aws:core-rule-set:';
/** Key of the body that a refused address gets. */
const TOO_MANY = 'tooManyRequests';

export class WebAcl extends Construct {
  /** Dimension of its metrics. */
  readonly name: string;

  constructor(scope: Construct, id: string, props: { name: string; stage: Stage }) {
    super(scope, id);
    this.name = props.name;
    const rules: Omit<CfnWebACL.RuleProperty, 'priority' | 'visibilityConfig'>[] = [
      ...ADDRESS_LIMITS.map((limit) => perAddress(limit, props.stage.stageName)),
      managedRules(),
      bodiesWithoutFreeText(props.stage.stageName),
    ];
    const acl = new CfnWebACL(this, 'Acl', {
      name: props.name,
      description: 'Limits per address and common attacks, in front of the API',
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      customResponseBodies: {
        [TOO_MANY]: {
          // WAF knows no application/problem+json; the code is what a client reads.
          contentType: 'APPLICATION_JSON',
          content: JSON.stringify({
            type: `urn:jieban:problem:${TOO_MANY}`,
            title: 'Too many requests from this address, try again in some minutes',
            status: 429,
            code: TOO_MANY,
          }),
        },
      },
      rules: rules.map((rule, priority) => ({ ...rule, priority, visibilityConfig: counted(rule.name) })),
      visibilityConfig: counted(props.name),
    });
    new CfnWebACLAssociation(this, 'Association', {
      webAclArn: acl.attrArn,
      // API Gateway's ARNs have no account.
      resourceArn: Stack.of(this).formatArn({
        service: 'apigateway',
        account: '',
        resource: '/restapis',
        resourceName: `${props.stage.restApi.restApiId}/stages/${props.stage.stageName}`,
        arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
      }),
    });
  }
}

/** Counts only: a sampled request would keep headers (query codes, tokens) and addresses. For the same reason there is no log. */
const counted = (metricName: string): CfnWebACL.VisibilityConfigProperty => ({
  metricName,
  cloudWatchMetricsEnabled: true,
  sampledRequestsEnabled: false,
});

function perAddress({ id, requests, paths }: AddressLimit, stage: string) {
  return {
    name: `address-${id}`,
    action: {
      block: {
        customResponse: {
          responseCode: 429,
          customResponseBodyKey: TOO_MANY,
          responseHeaders: [{ name: 'retry-after', value: String(ADDRESS_WINDOW_SECONDS) }],
        },
      },
    },
    statement: {
      rateBasedStatement: {
        aggregateKeyType: 'IP',
        limit: requests,
        evaluationWindowSec: ADDRESS_WINDOW_SECONDS,
        ...(paths === undefined ? {} : { scopeDownStatement: anyOf(beginnings(paths, stage)) }),
      },
    },
  };
}

function managedRules() {
  const count = [...Object.keys(BODY_RULES), ...Object.keys(COUNTED_RULES)];
  return {
    name: 'common-attacks',
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name: RULE_SET,
        ruleActionOverrides: count.map((name) => ({ name, actionToUse: { count: {} } })),
      },
    },
  };
}

/** What the counting body rules found, where no free text is expected. */
function bodiesWithoutFreeText(stage: string) {
  const found = Object.values(BODY_RULES).map((label) => ({
    labelMatchStatement: { scope: 'LABEL', key: `${LABELS}${label}` },
  }));
  return {
    name: 'bodies',
    action: { block: {} },
    statement: {
      andStatement: {
        statements: [anyOf(found), { notStatement: { statement: anyOf(beginnings(FREE_TEXT_PATHS, stage)) } }],
      },
    },
  };
}

const anyOf = (statements: CfnWebACL.StatementProperty[]): CfnWebACL.StatementProperty => {
  const [only, ...more] = statements;
  return only !== undefined && more.length === 0 ? only : { orStatement: { statements } };
};

/** Under the API's own address a path begins with the stage, under a domain of ours it does not. */
const beginnings = (paths: readonly string[], stage: string): CfnWebACL.StatementProperty[] =>
  paths
    .flatMap((path) => [path, `/${stage}${path}`])
    .map((searchString) => ({
      byteMatchStatement: {
        fieldToMatch: { uriPath: {} },
        positionalConstraint: 'STARTS_WITH',
        searchString,
        // As the gateway reads it: `/%74ickets/` is the same door.
        textTransformations: [
          { priority: 0, type: 'URL_DECODE' },
          { priority: 1, type: 'NORMALIZE_PATH' },
        ],
      },
    }));
