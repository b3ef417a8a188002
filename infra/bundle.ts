/**
 * Turns `functions/<name>/handler.ts` into one self-contained folder per function, in one esbuild pass over all of them
 * (seconds for all; the CDK's own bundling would start a process for each). Nothing is left external but
 * Node's builtins, so a folder runs where no `node_modules` is: on Lambda and in the local runner alike.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, buildSync } from 'esbuild';
import { compileOnce } from './bundle-cache.ts';

export const FUNCTIONS_DIRECTORY = fileURLToPath(new URL('../functions', import.meta.url));

const NO_DEBUG = fileURLToPath(new URL('./no-debug.ts', import.meta.url));

/** Whoever bundles it reads the model. */
const MODEL_ADAPTER = 'adapters/text-model.ts';
const MODEL_READERS = 'model-readers.json';

/** The asset of one function: `index.mjs`, `district.json`, and what its `assets.json` lists, gzipped, in `assets/`. */
export interface Bundle {
  readonly name: string;
  readonly folder: string;
  /** Size of `index.mjs`, in bytes, uncompressed. */
  readonly bytes: number;
}

export interface BundleOptions {
  /** What every function finds as `district.json` beside its code. */
  readonly district: unknown;
  /** 文字识别模型 of the district: found as `model.bin` by the functions that read words. */
  readonly model?: Uint8Array | undefined;
  /** Filled with one folder per function; created if absent. */
  readonly outdir: string;
  readonly functionsDirectory?: string;
}

/** A folder with a `handler.ts` is a function; `ports/`, `adapters/` and `shared/` aren't. */
export function functionNames(functionsDirectory = FUNCTIONS_DIRECTORY): string[] {
  return readdirSync(functionsDirectory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(functionsDirectory, entry.name, 'handler.ts')))
    .map((entry) => entry.name)
    .sort();
}

/**
 * @throws Error when there is no function at all, when one doesn't compile, when one would need a package at run time, or
 * when a file that it lists is nowhere
 */
export function bundleFunctions(options: BundleOptions): Bundle[] {
  const { functionsDirectory = FUNCTIONS_DIRECTORY, outdir } = options;
  const names = functionNames(functionsDirectory);
  if (names.length === 0) throw new Error(`${functionsDirectory} holds no function`);
  mkdirSync(outdir, { recursive: true });
  const compile = (folder: string) => compileFunctions(functionsDirectory, names, folder);
  if (functionsDirectory === FUNCTIONS_DIRECTORY) compileOnce(outdir, compile);
  else compile(outdir);
  const readers: string[] = JSON.parse(readFileSync(join(outdir, MODEL_READERS), 'utf8'));
  const district = JSON.stringify(options.district);
  return names.map((name) => {
    const folder = join(outdir, name);
    writeFileSync(join(folder, 'district.json'), district);
    if (options.model !== undefined && readers.includes(name)) writeFileSync(join(folder, 'model.bin'), options.model);
    return { name, folder, bytes: statSync(join(folder, 'index.mjs')).size };
  });
}

/** How functions are compiled. */
const optionsFor = (functionsDirectory: string, names: readonly string[], outdir: string) =>
  ({
    entryPoints: names.map((name) => ({
      in: join(functionsDirectory, name, 'handler.ts'),
      out: `${name}/index`,
    })),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    // Packages ship ES modules beside CommonJS; only the former can be shaken.
    mainFields: ['module', 'main'],
    alias: { debug: NO_DEBUG },
    charset: 'utf8',
    legalComments: 'none',
    // No source maps: they would triple the asset, and unminified frames aren't worth a slower cold start.
    sourcemap: false,
    metafile: true,
    // Failures are thrown, each with its place; printing them too would say everything twice.
    logLevel: 'silent',
    absWorkingDir: dirname(functionsDirectory),
    // A CommonJS dependency asks for Node's builtins with require(), which a module doesn't have.
    banner: {
      js: "import{createRequire as jiebanRequire}from'node:module';const require=jiebanRequire(import.meta.url);",
    },
  }) as const satisfies BuildOptions;

/** Bytes of a function's code by what they come from: a package, or a folder of ours; the largest first. */
export function originsOf(name: string): readonly (readonly [origin: string, bytes: number])[] {
  const { metafile } = buildSync({ ...optionsFor(FUNCTIONS_DIRECTORY, [name], 'never-written'), write: false });
  const bytes = new Map<string, number>();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
      const [, origin = dirname(file)] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file) ?? [];
      bytes.set(origin, (bytes.get(origin) ?? 0) + bytesInOutput);
    }
  }
  return [...bytes].sort(([, a], [, b]) => b - a);
}

/** All that depends on code alone; which functions read the model stands in a file beside their folders. */
function compileFunctions(functionsDirectory: string, names: readonly string[], outdir: string): void {
  const { metafile } = buildSync(optionsFor(functionsDirectory, names, outdir));
  const readers = new Set<string>();
  for (const [file, output] of Object.entries(metafile.outputs)) {
    for (const { path, external } of output.imports) {
      if (external && !isBuiltin(path)) throw new Error(`${file} would need the package "${path}" at run time`);
    }
    if (Object.keys(output.inputs).some((input) => input.endsWith(MODEL_ADAPTER))) readers.add(basename(dirname(file)));
  }
  writeFileSync(join(outdir, MODEL_READERS), JSON.stringify([...readers]));
  for (const name of names) copyAssets(join(functionsDirectory, name), join(outdir, name, 'assets'));
}

/**
 * `assets.json` beside a handler: name under which the function serves a file → where it lies, relative or in a package.
 * TypeScript becomes one script for a page. They are compressed here, once: a container would do it again and again, and
 * plain the largest is 1.7 MB.
 */
function copyAssets(source: string, folder: string): void {
  const list = join(source, 'assets.json');
  if (!existsSync(list)) return;
  mkdirSync(folder, { recursive: true });
  const { resolve } = createRequire(list);
  for (const [name, file] of Object.entries(JSON.parse(readFileSync(list, 'utf8')) as Record<string, string>)) {
    writeFileSync(join(folder, `${name}.gz`), gzipped(resolve(file)));
  }
}

/** For phones and office computers of some years ago. Syntax only: functions that they lack are not added. */
const BROWSERS = 'es2019';

/** A page's script with all that it imports; its own scope, so that it leaves no names behind. */
function scriptOf(file: string): Uint8Array {
  const { outputFiles } = buildSync({
    entryPoints: [file],
    bundle: true,
    minify: true,
    format: 'iife',
    platform: 'browser',
    target: BROWSERS,
    charset: 'utf8',
    legalComments: 'none',
    write: false,
    logLevel: 'silent',
  });
  const [script] = outputFiles;
  if (script === undefined) throw new Error(`${file} became no script`);
  return script.contents;
}

function gzipped(file: string): Buffer {
  return gzipSync(file.endsWith('.ts') ? scriptOf(file) : readFileSync(file), { level: 9 });
}
