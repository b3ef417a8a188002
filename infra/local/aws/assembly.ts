/**
 * Reads a synthesized cloud assembly (`cdk.out`) from disk: stacks in the order in which a deployment would create
 * them, each with its template, the construct path of every logical id and the folder behind every asset.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CloudAssembly } from 'aws-cdk-lib/cx-api';

/** A CloudFormation value before its intrinsics are resolved. */
export type TemplateValue = unknown;

export interface TemplateResource {
  Type: string;
  Properties?: Record<string, TemplateValue>;
  Condition?: string;
  Metadata?: Record<string, unknown>;
}

export interface TemplateParameter {
  Type: string;
  Default?: string | number;
}

export interface StackTemplate {
  Resources?: Record<string, TemplateResource>;
  Parameters?: Record<string, TemplateParameter>;
  Conditions?: Record<string, TemplateValue>;
  Mappings?: Record<string, unknown>;
  Transform?: unknown;
}

export interface AssemblyStack {
  /** Stack name, as deployed. */
  name: string;
  region: string;
  /** `aws` or `aws-cn`: from the region, as at a real deployment. */
  partition: string;
  urlSuffix: string;
  template: StackTemplate;
  /** Logical id → construct path (`Stack/Construct/Resource`). */
  paths: Map<string, string>;
  /** S3 object key of an asset → its folder (absolute path). */
  assets: Map<string, string>;
}

/** The region of stacks that are synthesized without one. */
const DEFAULT_REGION = 'us-east-1';

interface AssetManifest {
  files?: Record<
    string,
    {
      source: { path?: string; packaging?: string };
      destinations: Record<string, { objectKey: string }>;
    }
  >;
}

/**
 * All stacks of the assembly, those first on which others depend.
 * @throws Error when the folder holds no assembly, or an empty one: an empty stack must fail, not pass
 */
export function readAssembly(folder: string): AssemblyStack[] {
  const assembly = new CloudAssembly(folder);
  if (assembly.nestedAssemblies.length > 0) {
    throw new Error(`${folder}: nested assemblies (CDK stages) are not supported by the local runner`);
  }
  if (assembly.stacks.length === 0) throw new Error(`${folder}: the cloud assembly holds no stack`);
  return assembly.stacks.map((stack) => {
    const region = stack.environment.region === 'unknown-region' ? DEFAULT_REGION : stack.environment.region;
    const china = region.startsWith('cn-');
    const paths = new Map<string, string>();
    for (const { path, data } of stack.findMetadataByType('aws:cdk:logicalId')) {
      paths.set(String(data), path.replace(/^\//, ''));
    }
    return {
      name: stack.stackName,
      region,
      partition: china ? 'aws-cn' : 'aws',
      urlSuffix: china ? 'amazonaws.com.cn' : 'amazonaws.com',
      template: stack.template as StackTemplate,
      paths,
      assets: readAssets(folder, `${stack.id}.assets.json`),
    };
  });
}

function readAssets(folder: string, file: string): Map<string, string> {
  const assets = new Map<string, string>();
  let manifest: AssetManifest;
  try {
    manifest = JSON.parse(readFileSync(join(folder, file), 'utf8')) as AssetManifest;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return assets;
    throw error;
  }
  for (const { source, destinations } of Object.values(manifest.files ?? {})) {
    if (source.packaging !== 'zip' || source.path === undefined) continue;
    for (const { objectKey } of Object.values(destinations)) assets.set(objectKey, join(folder, source.path));
  }
  return assets;
}
