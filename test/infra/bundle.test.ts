/** A function's asset must run where nothing else is: no node_modules, no sources. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Bundle, bundleFunctions, FUNCTIONS_DIRECTORY, functionNames } from '#infra/bundle.ts';
import { loadDistrict } from '#infra/district.ts';
import { type Assembly, DISTRICT, functionOf, scratchDirectory, synthesizeFor } from './assembly.ts';

const BUDGET = fileURLToPath(new URL('../../infra/bundle-budget.json', import.meta.url));
const scratch = scratchDirectory();
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

describe('the real functions', () => {
  let bundles: readonly Bundle[];
  beforeAll(() => {
    bundles = bundleFunctions({ district: loadDistrict(DISTRICT), outdir: join(scratch, 'real') });
  });

  test('are each a folder with code and district', () => {
    expect(bundles.map(({ name }) => name)).toEqual(functionNames());
    for (const { folder } of bundles) {
      const assets = existsSync(join(FUNCTIONS_DIRECTORY, basename(folder), 'assets.json')) ? ['assets'] : [];
      expect(readdirSync(folder).sort()).toEqual([...assets, 'district.json', 'index.mjs']);
      expect(JSON.parse(readFileSync(join(folder, 'district.json'), 'utf8')).id).toBe(DISTRICT);
    }
  });

  test('weigh no more than their budget: a cold start reads all of it', () => {
    const budget: Record<string, number> = JSON.parse(readFileSync(BUDGET, 'utf8'));
    expect(Object.keys(budget).sort()).toEqual(functionNames());
    const grown = bundles.flatMap(({ name, bytes }) => {
      const most = budget[name] ?? 0;
      const hint = `\`npm run bundles -- ${name}\` says of what it is made, \`-- --set\` takes it as it is`;
      return bytes <= most ? [] : [`${name}: ${bytes} bytes, ${bytes - most} above its budget of ${most}; ${hint}`];
    });
    expect(grown).toEqual([]);
  });

  test('are the same when nothing was kept from before', () => {
    // Another writing of the folder's name is not the project's own: compiled here and now.
    const anew = bundleFunctions({
      district: {},
      outdir: join(scratch, 'anew'),
      functionsDirectory: join(FUNCTIONS_DIRECTORY, '/'),
    });
    const codeOf = ({ folder }: Bundle) => readFileSync(join(folder, 'index.mjs'), 'utf8');
    expect(anew.map(codeOf)).toEqual(bundles.map(codeOf));
  });

  test('load in a folder of their own and export a handler', () => {
    const script = `for (const url of ${JSON.stringify(bundles.map(({ folder }) => pathToFileURL(join(folder, 'index.mjs')).href))}) {
      const { handler } = await import(url);
      if (typeof handler !== 'function') throw new Error(url + ' exports no handler');
    }`;
    const { status, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
      cwd: scratch,
      encoding: 'utf8',
      env: { AWS_REGION: 'cn-north-1' },
    });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});

describe('what a function is told', () => {
  let assembly: Assembly;
  let bundles: Map<string, string>;
  beforeAll(() => {
    assembly = synthesizeFor('cn-northwest-1');
    const made = bundleFunctions({ district: {}, outdir: join(scratch, 'told') });
    bundles = new Map(made.map(({ name, folder }) => [name, readFileSync(join(folder, 'index.mjs'), 'utf8')]));
  });
  afterAll(() => assembly?.cleanup());

  test('is something that its code asks for: a permission rides on each variable', () => {
    for (const resource of assembly.ofType('AWS::Lambda::Function')) {
      const code = bundles.get(functionOf(resource)) ?? '';
      const told = Object.keys(resource.properties.Environment.Variables);
      const unasked = told.filter((name) => name !== 'POWERTOOLS_SERVICE_NAME' && !code.includes(name));
      expect(unasked, functionOf(resource)).toEqual([]);
    }
  });
});

describe('a function', () => {
  const make = (name: string, code: string): string => {
    const functionsDirectory = join(scratch, name);
    mkdirSync(join(functionsDirectory, 'one'), { recursive: true });
    mkdirSync(join(functionsDirectory, 'adapters'), { recursive: true });
    writeFileSync(join(functionsDirectory, 'adapters', 'thing.ts'), 'export const thing = 1;');
    writeFileSync(join(functionsDirectory, 'one', 'handler.ts'), code);
    return functionsDirectory;
  };
  const bundle = (functionsDirectory: string) =>
    bundleFunctions({ district: {}, outdir: join(functionsDirectory, 'out'), functionsDirectory });

  test('is a folder with a handler, and no other folder is', () => {
    const made = bundle(
      make('plain', "import { thing } from '../adapters/thing.ts'; export const handler = () => thing;"),
    );
    expect(made.map(({ name }) => name)).toEqual(['one']);
    expect(made[0]?.bytes).toBeGreaterThan(10);
  });

  test('carries the files that it lists, compressed, under the names that it gives them', () => {
    const functionsDirectory = make('files', 'export const handler = () => 1;');
    const source = join(functionsDirectory, 'one');
    writeFileSync(join(source, 'plain.js'), 'plain words');
    writeFileSync(join(source, 'assets.json'), JSON.stringify({ 'served.js': './plain.js' }));
    const [made] = bundle(functionsDirectory);
    expect(readdirSync(join(made!.folder, 'assets'))).toEqual(['served.js.gz']);
    expect(gunzipSync(readFileSync(join(made!.folder, 'assets', 'served.js.gz'))).toString()).toBe('plain words');
    writeFileSync(join(source, 'assets.json'), JSON.stringify({ 'served.js': 'no-such-package/file.js' }));
    expect(() => bundle(functionsDirectory)).toThrow(/no-such-package/);
  });

  test('that needs a package which is not there stops the bundling', () => {
    expect(() => bundle(make('needy', "import x from 'no-such-package'; export const handler = x;"))).toThrow(
      /no-such-package/,
    );
  });

  test('is looked for: a folder without any is an error', () => {
    const empty = join(scratch, 'empty');
    mkdirSync(empty);
    expect(() => bundle(empty)).toThrow(/holds no function/);
  });
});
