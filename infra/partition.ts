/**
 * The only place that knows what an AWS partition can do. Everything else asks here for a capability by name, so that
 * a service that arrives in (or leaves) the China partition is one line, and no stack branches on a region's name.
 */

/** What differs between partitions and matters to us. Checked against the partition's documentation, 2026-11. */
export interface Partition {
  readonly name: 'aws' | 'aws-cn';
  /** X-Ray takes traces of Lambda, API Gateway and Step Functions. */
  readonly xray: boolean;
  /** Lambda on Graviton: a fifth cheaper. In China it depends on the region's price list, so we stay on x86 there. */
  readonly lambdaArm64: boolean;
  /** Lambda function URLs. Never used: WAF and throttling sit on the REST API. */
  readonly functionUrls: boolean;
  /** `StartMessageMoveTask`; without it the operator moves dead letters back with a script. */
  readonly sqsRedrive: boolean;
  readonly snsSms: boolean;
  readonly cognito: boolean;
  readonly bedrock: boolean;
  /** Step Functions' HTTP task. */
  readonly statesHttpTask: boolean;
  /** Tags on event source mappings; in China they break the deployment. */
  readonly eventSourceMappingTags: boolean;
}

const GLOBAL: Partition = {
  name: 'aws',
  xray: true,
  lambdaArm64: true,
  functionUrls: true,
  sqsRedrive: true,
  snsSms: true,
  cognito: true,
  bedrock: true,
  statesHttpTask: true,
  eventSourceMappingTags: true,
};

const CHINA: Partition = {
  name: 'aws-cn',
  xray: false,
  lambdaArm64: false,
  functionUrls: false,
  sqsRedrive: false,
  snsSms: false,
  cognito: false,
  bedrock: false,
  statesHttpTask: false,
  eventSourceMappingTags: false,
};

/** Regions on the Chinese mainland (境内): operated there by 光环新网 (Beijing) and 西云数据 (Ningxia). */
export const MAINLAND_REGIONS = ['cn-north-1', 'cn-northwest-1'] as const;

export function isMainlandChina(region: string): boolean {
  return (MAINLAND_REGIONS as readonly string[]).includes(region);
}

/**
 * The capabilities of the partition that a region belongs to.
 * @throws Error for a name that is no region, or one of a partition that we have never looked at (GovCloud, ISO, EU sovereign)
 */
export function partitionOf(region: string): Partition {
  if (isMainlandChina(region)) return CHINA;
  if (
    !/^(us|eu|ap|sa|ca|me|af|il|mx)-(north|south|east|west|central|northeast|northwest|southeast|southwest)-\d$/.test(
      region,
    )
  ) {
    throw new Error(
      `"${region}" is not a region that Jieban knows; for example cn-northwest-1, cn-north-1 or us-east-1`,
    );
  }
  return GLOBAL;
}

/** Service principals of roles; the CDK turns them into a partition's own spelling where it has one. */
export const PRINCIPALS = {
  cloudwatch: 'cloudwatch.amazonaws.com',
  codedeploy: 'codedeploy.amazonaws.com',
  lambda: 'lambda.amazonaws.com',
  states: 'states.amazonaws.com',
} as const;
