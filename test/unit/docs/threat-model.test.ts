/** The threat model names tests as its evidence: they must exist. And what it says of the supply chain is in the files. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

describe('docs/threat-model.md', () => {
  const text = read('docs/threat-model.md');
  const named = [...text.matchAll(/`(test\/[\w./-]+)`/g)].map(([, file = '']) => file);

  test('names tests that exist, at least one for each threat', () => {
    expect(new Set(named).size).toBeGreaterThan(40);
    expect(named.filter((file) => !file.endsWith('.test.ts') || !existsSync(join(ROOT, file)))).toEqual([]);
    const threats = text.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| who | could'));
    expect(threats.length).toBeGreaterThan(35);
    expect(threats.filter((line) => !/`test\/[^`]+` *(,[^|]*)?\|$/.test(line))).toEqual([]);
  });

  test('has a section for every door', () => {
    const titles = [...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
    for (const door of ['Phone', 'Vendors', 'WeChat', 'Citizen', 'Clerk', 'Department API', 'Callbacks', 'Hotline']) {
      expect(
        titles.some((title) => title?.startsWith(door)),
        door,
      ).toBe(true);
    }
    for (const door of ['Board poll', 'Operators', 'Supply chain']) {
      expect(
        titles.some((title) => title?.startsWith(door)),
        door,
      ).toBe(true);
    }
  });

  test('links to pages that exist', () => {
    const links = [...text.matchAll(/\]\(([\w./-]+)\)/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(0);
    expect(links.filter((link) => !existsSync(join(ROOT, 'docs', link)))).toEqual([]);
  });
});

describe('packages', () => {
  const { dependencies, devDependencies, optionalDependencies, allowScripts, scarfSettings } = JSON.parse(
    read('package.json'),
  );
  interface Locked {
    version?: string;
    integrity?: string;
    resolved?: string;
    hasInstallScript?: true;
    /** Lies inside of another package, whose hash covers it. */
    inBundle?: true;
    /** For another platform. */
    optional?: true;
  }
  const lock: Record<string, Locked> = JSON.parse(read('package-lock.json')).packages;

  test('are of one version each, with a hash, from whatever registry', () => {
    const wanted: [string, string][] = Object.entries({ ...dependencies, ...devDependencies, ...optionalDependencies });
    expect(wanted.length).toBeGreaterThan(30);
    for (const [name, version] of wanted) {
      expect(version, name).toMatch(/^\d+\.\d+\.\d+$/);
      expect(lock[`node_modules/${name}`]?.version, name).toBe(version);
    }
    const installed = Object.entries(lock).filter(
      ([path, { inBundle, optional }]) => path !== '' && inBundle !== true && optional !== true,
    );
    expect(installed.length).toBeGreaterThan(200);
    expect(installed.filter(([, { integrity }]) => !/^sha512-/.test(integrity ?? '')).map(([path]) => path)).toEqual(
      [],
    );
    expect(installed.filter(([, { resolved }]) => resolved !== undefined)).toEqual([]);
  });

  test('run no install script that was not decided on, and report nothing home', () => {
    const scripted = Object.entries(lock)
      .filter(([, { hasInstallScript }]) => hasInstallScript)
      .map(([path]) => path.replace(/^.*node_modules\//, ''));
    expect(scripted.filter((name) => !Object.hasOwn(allowScripts, name))).toEqual([]);
    expect(allowScripts['@scarf/scarf']).toBe(false);
    expect(scarfSettings).toEqual({ enabled: false });
  });
});
