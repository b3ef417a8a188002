/** The rules of the house: which room may know what. */
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));
const filesOf = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.m?ts$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
const source = (file: string): string => readFileSync(join(root, file), 'utf8');
const importsOf = (file: string): string[] =>
  [...source(file).matchAll(/(?:from|import)\s+'([^']+)'/g)].map((match) => match[1] ?? '');
/** Code without comments: the rules are about what runs. */
const code = (file: string): string => source(file).replace(/\/\*[\s\S]*?\*\/|(?<=^|\s)\/\/.*$/gm, '');
const violations = (folders: readonly string[], wrong: (file: string) => boolean): string[] =>
  folders.flatMap(filesOf).filter(wrong);

describe('rooms', () => {
  it('has files in every room (an empty room would pass everything)', () => {
    for (const room of ['schemas', 'domain', 'functions', 'infra']) expect(filesOf(room).length).toBeGreaterThan(5);
  });

  it('keeps schemas/ and domain/ pure: zod and each other, no process, no clock, no randomness', () => {
    const allowed = /^(zod|#schemas\/|#domain\/|\.\.?\/)/;
    // Pure computation, no I/O and no state: the maths of China's coordinate systems and of polygons.
    const geometry = new Map([
      ['domain/jurisdiction/coordinates.ts', 'gcoord'],
      ['domain/jurisdiction/pinpoint.ts', '@turf/boolean-point-in-polygon'],
    ]);
    expect(
      violations(['schemas', 'domain'], (file) =>
        importsOf(file).some((name) => !allowed.test(name) && geometry.get(file) !== name),
      ),
    ).toEqual([]);
    const impure = /\bprocess\.|\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bglobalThis\b|\bfetch\(/;
    expect(violations(['schemas', 'domain'], (file) => impure.test(code(file)))).toEqual([]);
  });

  it('lets schemas/ know nothing of domain/, and neither of functions/ and infra/', () => {
    expect(violations(['schemas'], (file) => importsOf(file).some((name) => name.includes('domain')))).toEqual([]);
    expect(
      violations(['schemas', 'domain'], (file) => importsOf(file).some((name) => /#(functions|infra)\//.test(name))),
    ).toEqual([]);
  });

  it('keeps tests, local parts and CDK out of what is deployed', () => {
    expect(
      violations(['functions'], (file) => importsOf(file).some((name) => /#(test|infra)\/|aws-cdk|fauxqs/.test(name))),
    ).toEqual([]);
  });

  it('keeps handlers small', () => {
    const handlers = filesOf('functions').filter((file) => file.endsWith('/handler.ts'));
    expect(handlers.length).toBeGreaterThan(10);
    expect(handlers.filter((file) => source(file).split('\n').length > 120)).toEqual([]);
  });

  it('lets only adapters and handlers of the doors touch the SDK', () => {
    const sdk = (file: string) => importsOf(file).some((name) => name.startsWith('@aws-sdk/client'));
    expect(filesOf('functions').filter((file) => sdk(file) && !file.startsWith('functions/adapters/'))).toEqual([
      // Types of the stream's records only.
      'functions/fanout/handler.ts',
    ]);
  });

  it('names no partition, no place and no unit outside their rooms', () => {
    const deployed = ['schemas', 'domain', 'functions', 'infra'];
    const partition = /arn:aws:|amazonaws\.com/;
    expect(
      violations(
        deployed,
        (file) =>
          partition.test(code(file)) && !/^(infra\/partition\.ts|infra\/local\/|functions\/adapters\/)/.test(file),
      ),
    ).toEqual([]);
    const place = /咸安|咸宁|官埠桥|421202|xianan(?!')/;
    expect(violations(['schemas', 'domain', 'functions'], (file) => place.test(code(file)))).toEqual([]);
  });

  it('takes no path from a URL as it stands: blanks and 汉字 are escaped in there', () => {
    const wrong = /new URL\([^;]*import\.meta\.url\)\.pathname/;
    const all = ['schemas', 'domain', 'functions', 'infra', 'scripts', 'test'];
    expect(violations(all, (file) => wrong.test(code(file)))).toEqual([]);
  });
});

describe('pages drawn from code', () => {
  it('docs/states.md is up to date', () => {
    const check = spawnSync(process.execPath, [join(root, 'scripts/draw-states.ts'), '--check'], { encoding: 'utf8' });
    expect(check.stderr).toBe('');
    expect(check.status).toBe(0);
  });
});
