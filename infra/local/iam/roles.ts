/** What each function and state machine of the template may do: the grants of its role, with ARNs as a deployment has them. */
import { constructIdOf } from '../aws/functions.ts';
import { describe, type Resource, type Template, UnsupportedTemplateError } from '../aws/template.ts';
import { type Grant, grantsOf, UnknownPolicyElement } from './judge.ts';

/** Who may do what. */
export interface Role {
  /** ARN of the function or state machine that acts under the role. */
  readonly holder: string;
  /** Its construct id. */
  readonly name: string;
  readonly grants: readonly Grant[];
}

/** Policies that AWS writes; only what is listed here is known. `*` where AWS says it, too. */
const AWS_POLICIES: Readonly<Record<string, readonly string[]>> = {
  'service-role/AWSLambdaBasicExecutionRole': ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
};

const HOLDERS = { 'AWS::Lambda::Function': 'Role', 'AWS::StepFunctions::StateMachine': 'RoleArn' } as const;

interface PolicyProperties {
  PolicyDocument: unknown;
  Roles?: string[];
}
interface RoleProperties {
  Policies?: { PolicyDocument: unknown }[];
  ManagedPolicyArns?: string[];
  PermissionsBoundary?: unknown;
}

/**
 * By the holder's ARN.
 * @throws UnsupportedTemplateError when a policy says something that the judge doesn't know, or a role is not in the template
 */
export function readRoles(template: Template): ReadonlyMap<string, Role> {
  const roles = new Map<string, Role>();
  for (const [type, property] of Object.entries(HOLDERS)) {
    for (const resource of template.ofType(type)) {
      const arn = template.properties<Record<string, string | undefined>>(resource, [property])[property];
      const holder = template.arn(resource);
      roles.set(holder, {
        holder,
        name: constructIdOf(resource),
        grants: arn ? grantsUnder(template, resource, arn) : [],
      });
    }
  }
  return roles;
}

function grantsUnder(template: Template, holder: Resource, arn: string): Grant[] {
  const role = template.ofType('AWS::IAM::Role').find((candidate) => template.arn(candidate) === arn);
  if (role === undefined)
    throw new UnsupportedTemplateError([describe(holder, `its role ${arn} is not in the template`)]);
  const name = template.nameOf(role);
  const { Policies = [], ManagedPolicyArns = [], PermissionsBoundary } = template.properties<RoleProperties>(role);
  if (PermissionsBoundary !== undefined)
    throw new UnsupportedTemplateError([describe(role, 'permissions boundaries are not judged here')]);
  const grants = Policies.flatMap(({ PolicyDocument }) => readDocument(role, PolicyDocument));
  for (const policy of template.ofType('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy')) {
    const { Roles = [], PolicyDocument } = template.properties<PolicyProperties>(policy);
    const attached = Roles.includes(name) || ManagedPolicyArns.includes(template.arn(policy));
    if (attached) grants.push(...readDocument(policy, PolicyDocument));
  }
  const own = template.ofType('AWS::IAM::ManagedPolicy').map((policy) => template.arn(policy));
  for (const managed of ManagedPolicyArns.filter((candidate) => !own.includes(candidate))) {
    const actions = AWS_POLICIES[managed.replace(/^arn:[\w-]+:iam::aws:policy\//, '')];
    if (actions === undefined) throw new UnsupportedTemplateError([describe(role, `nothing is known of ${managed}`)]);
    grants.push(...actions.map((action): Grant => ({ effect: 'Allow', action, resource: '*', conditions: {} })));
  }
  return grants;
}

function readDocument(owner: Resource, document: unknown): Grant[] {
  try {
    return grantsOf(document);
  } catch (error) {
    if (!(error instanceof UnknownPolicyElement)) throw error;
    throw new UnsupportedTemplateError([describe(owner, `${error.message} is not supported`)]);
  }
}
