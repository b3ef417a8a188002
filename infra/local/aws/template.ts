/**
 * The template of all stacks together, with names and ARNs as a deployment would give them. Everything that
 * interprets the template asks this file; it decides what is known, and refuses the rest before anything runs.
 */
import { type AssemblyStack, readAssembly, type TemplateResource } from './assembly.ts';
import { evaluateCondition, NO_VALUE, resolveValue, type Scope, UnresolvableError } from './intrinsics.ts';
import { ACCOUNT_ID, ARN_FORMATS, MAX_NAME_LENGTH, NAME_ATTRIBUTES, NAME_PROPERTIES } from './naming.ts';
import { objectionsTo, treatmentOf, usedProperties } from './resource-types.ts';

export interface Resource {
  stack: AssemblyStack;
  logicalId: string;
  /** Construct path, e.g. `Stateful/Tickets/Resource`; the logical id when the assembly has no metadata. */
  path: string;
  type: string;
  definition: TemplateResource;
}

/** What exists only once the service behind the template made it. */
interface Binding {
  ref?: string;
  attributes?: Record<string, string>;
}

/** The template holds something that the runner does not know or cannot do as AWS would; lists all of it. */
export class UnsupportedTemplateError extends Error {
  override name = 'UnsupportedTemplateError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The local runner cannot run this template:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

export class Template {
  readonly resources: readonly Resource[];
  readonly #byStack = new Map<string, Map<string, Resource>>();
  readonly #bindings = new Map<Resource, Binding>();
  readonly #parameters: Record<string, string>;
  readonly #stacks: readonly AssemblyStack[];

  /**
   * @param folder the synthesized cloud assembly
   * @param parameters template parameters that a deployment would pass
   * @throws UnsupportedTemplateError
   */
  constructor(folder: string, parameters: Record<string, string> = {}) {
    this.#parameters = parameters;
    this.#stacks = readAssembly(folder);
    const resources: Resource[] = [];
    const problems: string[] = [];
    for (const stack of this.#stacks) {
      if (stack.template.Transform) problems.push(`${stack.name}: template transforms are not supported`);
      const own = new Map<string, Resource>();
      this.#byStack.set(stack.name, own);
      for (const [logicalId, definition] of Object.entries(stack.template.Resources ?? {})) {
        if (definition.Condition && !this.#holds(stack, definition.Condition)) continue;
        const path = stack.paths.get(logicalId) ?? `${stack.name}/${logicalId}`;
        const resource = { stack, logicalId, path, type: definition.Type, definition };
        resources.push(resource);
        own.set(logicalId, resource);
        if (treatmentOf(resource.type) === 'unknown') problems.push(describe(resource, 'the type is unknown'));
        else {
          const objections = objectionsTo(resource.type, this.#literal(resource));
          problems.push(...objections.map((objection) => describe(resource, objection)));
        }
      }
    }
    const declared = new Set(this.#stacks.flatMap((stack) => Object.keys(stack.template.Parameters ?? {})));
    for (const name of Object.keys(parameters)) {
      if (!declared.has(name)) problems.push(`parameter ${name} is given, but no stack declares it`);
    }
    if (problems.length > 0) throw new UnsupportedTemplateError(problems);
    this.resources = resources;
  }

  ofType(...types: string[]): Resource[] {
    return this.resources.filter((resource) => types.includes(resource.type));
  }

  /**
   * The properties that the runner carries out, or those of them that `only` names, resolved.
   * @throws UnsupportedTemplateError naming the resource, when an intrinsic cannot be resolved
   */
  properties<T>(resource: Resource, only = usedProperties(resource.type)): T {
    try {
      const properties = resource.definition.Properties ?? {};
      const used = only.filter((name) => name in properties);
      const scope = this.#scope(resource.stack);
      return resolveValue(Object.fromEntries(used.map((name) => [name, properties[name]])), scope) as T;
    } catch (error) {
      if (!(error instanceof UnresolvableError)) throw error;
      throw new UnsupportedTemplateError([describe(resource, error.message)]);
    }
  }

  /** `Ref` of the resource. */
  ref(resource: Resource): string {
    const bound = this.#bindings.get(resource)?.ref;
    if (bound !== undefined) return bound;
    switch (resource.type) {
      case 'AWS::SQS::Queue':
        throw new UnresolvableError(`Ref ${resource.logicalId}: the queue has no URL yet`);
      case 'AWS::SecretsManager::Secret':
      case 'AWS::StepFunctions::StateMachine':
      case 'AWS::SNS::Topic':
      case 'AWS::IAM::ManagedPolicy':
        return this.arn(resource);
      case 'AWS::Lambda::Alias':
      case 'AWS::Lambda::Version':
        return this.arn(resource);
      case 'AWS::ApiGateway::Stage':
        return String(resource.definition.Properties?.StageName ?? 'prod');
      default:
        return this.nameOf(resource);
    }
  }

  /** Says what a service made of a resource (a queue's URL, for one). */
  bind(resource: Resource, binding: Binding): void {
    this.#bindings.set(resource, binding);
  }

  /** The physical name: as the template gives it, or one that stays the same over restarts. */
  nameOf(resource: Resource): string {
    const property = NAME_PROPERTIES[resource.type];
    const given = property === undefined ? undefined : resource.definition.Properties?.[property];
    if (given !== undefined) return String(resolveValue(given, this.#scope(resource.stack)));
    // The logical id ends in a hash, so the end is what tells names apart.
    const generated = `${resource.stack.name}-${resource.logicalId}`.replace(/[^A-Za-z0-9_-]/g, '-');
    const name = generated.slice(-MAX_NAME_LENGTH).replace(/^-+/, '');
    // Buckets live in host names: no capitals, and one character less.
    return resource.type === 'AWS::S3::Bucket' ? name.slice(1 - MAX_NAME_LENGTH).toLowerCase() : name;
  }

  /** The ARN that a deployment in the stack's region would give. */
  arn(resource: Resource): string {
    const { partition, region } = resource.stack;
    const build = (service: string, rest: string) => `arn:${partition}:${service}:${region}:${ACCOUNT_ID}:${rest}`;
    const name = this.nameOf(resource);
    const format = ARN_FORMATS[resource.type];
    if (format) return build(...format(name));
    switch (resource.type) {
      case 'AWS::S3::Bucket':
        return `arn:${partition}:s3:::${name}`;
      case 'AWS::IAM::Role':
        return `arn:${partition}:iam::${ACCOUNT_ID}:role/${name}`;
      case 'AWS::IAM::ManagedPolicy':
        return `arn:${partition}:iam::${ACCOUNT_ID}:policy/${name}`;
      case 'AWS::Lambda::Alias':
      case 'AWS::Lambda::Version': {
        const qualifier = resource.type.endsWith('Alias') ? String(resource.definition.Properties?.Name) : '1';
        return `${this.functionArn(resource)}:${qualifier}`;
      }
      default: {
        const [, service = '', kind = ''] = resource.type.split('::');
        return build(service.toLowerCase(), `${kind.toLowerCase()}/${name}`);
      }
    }
  }

  /** ARN of the function that an alias or version names. */
  functionArn(resource: Resource): string {
    const { FunctionName } = this.properties<{ FunctionName: string }>(resource);
    const { partition, region } = resource.stack;
    if (FunctionName.startsWith('arn:')) return FunctionName.split(':').slice(0, 7).join(':');
    // A name may carry the alias behind a colon, as an ARN does.
    return `arn:${partition}:lambda:${region}:${ACCOUNT_ID}:function:${FunctionName.split(':')[0]}`;
  }

  #attribute(resource: Resource, name: string): string {
    const bound = this.#bindings.get(resource)?.attributes?.[name];
    if (bound !== undefined) return bound;
    if (name === 'Arn' || name.endsWith('Arn')) {
      return name === 'StreamArn' ? `${this.arn(resource)}/stream/local` : this.arn(resource);
    }
    if (name === 'QueueUrl') return this.ref(resource);
    if (name === 'Id' && resource.type === 'AWS::SecretsManager::Secret') return this.arn(resource);
    if (NAME_ATTRIBUTES.has(name)) return this.nameOf(resource);
    if (name === 'Version' && resource.type === 'AWS::Lambda::Version') return '1';
    if (name === 'Value' && resource.type === 'AWS::SSM::Parameter') {
      return String(this.properties<{ Value: unknown }>(resource).Value);
    }
    throw new UnresolvableError(`Fn::GetAtt ${resource.logicalId}.${name} is not supported`);
  }

  #scope(stack: AssemblyStack): Scope {
    const own = this.#byStack.get(stack.name);
    return {
      ref: (name) => {
        const pseudo = pseudoParameter(stack, name);
        if (pseudo !== undefined) return pseudo;
        if (stack.template.Parameters?.[name]) return this.#parameter(stack, name);
        const resource = own?.get(name);
        return resource && this.ref(resource);
      },
      attribute: (logicalId, attribute) => {
        const resource = own?.get(logicalId);
        if (!resource) throw new UnresolvableError(`Fn::GetAtt ${logicalId}.${attribute} refers to nothing`);
        return this.#attribute(resource, attribute);
      },
      condition: (name) => stack.template.Conditions?.[name],
      ssm: (name) => this.#ssmParameter(stack, name),
    };
  }

  #parameter(stack: AssemblyStack, name: string): unknown {
    const parameter = stack.template.Parameters?.[name];
    const given = this.#parameters[name] ?? parameter?.Default;
    if (parameter === undefined || given === undefined) {
      throw new UnresolvableError(`parameter ${name} has no default and no value was given`);
    }
    // Bootstrap's version check concerns deployments only.
    if (name === 'BootstrapVersion') return String(given);
    if (parameter.Type === 'AWS::SSM::Parameter::Value<String>') return this.#ssmParameter(stack, String(given));
    if (parameter.Type === 'String' || parameter.Type === 'Number') return String(given);
    if (parameter.Type === 'CommaDelimitedList') return String(given).split(',');
    throw new UnresolvableError(`parameter ${name}: type ${parameter.Type} is not supported`);
  }

  /** As at a deployment, only what this or an earlier stack wrote is there. */
  #ssmParameter(stack: AssemblyStack, name: string): string {
    const visible = this.#stacks.slice(0, this.#stacks.indexOf(stack) + 1);
    for (const { name: stackName } of visible) {
      for (const resource of this.#byStack.get(stackName)?.values() ?? []) {
        if (resource.type !== 'AWS::SSM::Parameter' || this.nameOf(resource) !== name) continue;
        return String(this.properties<{ Value: unknown }>(resource).Value);
      }
    }
    throw new UnresolvableError(`SSM parameter ${name} is in no stack that is deployed before ${stack.name}`);
  }

  /** Properties as far as they can be resolved before anything exists; the others as they stand in the template. */
  #literal(resource: Resource): Record<string, unknown> {
    const scope = this.#scope(resource.stack);
    const properties: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(resource.definition.Properties ?? {})) {
      try {
        const resolved = resolveValue(value, scope);
        if (resolved !== NO_VALUE) properties[name] = resolved;
      } catch (error) {
        if (!(error instanceof UnresolvableError || error instanceof UnsupportedTemplateError)) throw error;
        properties[name] = value;
      }
    }
    return properties;
  }

  #holds(stack: AssemblyStack, condition: string): boolean {
    return evaluateCondition({ Condition: condition }, this.#scope(stack));
  }
}

/** One line for a message: what is wrong with which resource. */
export function describe(resource: Resource, problem: string): string {
  return `${resource.logicalId} (${resource.path}, ${resource.type}): ${problem}`;
}

function pseudoParameter(stack: AssemblyStack, name: string): unknown {
  switch (name) {
    case 'AWS::AccountId':
      return ACCOUNT_ID;
    case 'AWS::Region':
      return stack.region;
    case 'AWS::Partition':
      return stack.partition;
    case 'AWS::URLSuffix':
      return stack.urlSuffix;
    case 'AWS::StackName':
      return stack.name;
    case 'AWS::StackId':
      return `arn:${stack.partition}:cloudformation:${stack.region}:${ACCOUNT_ID}:stack/${stack.name}/local`;
    case 'AWS::NoValue':
      return NO_VALUE;
    default:
      return undefined;
  }
}
