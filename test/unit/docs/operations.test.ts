/** docs/upgrade.md and docs/china.md speak of what is there: settings, parameters in SSM, scripts, pages, constructs. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { BUCKETS, KEYS, SECRETS, TABLES } from '#infra/constructs/state-parameters.ts';
import { SETTING_NAMES } from '#infra/settings.ts';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const upgrade = read('docs/upgrade.md');

describe.each(['docs/upgrade.md', 'docs/china.md', 'docs/retention.md', 'docs/decisions/0020-operations.md'])(
  '%s',
  (page) => {
    test('links to pages that exist', () => {
      const links = [...read(page).matchAll(/\]\(([\w./-]+)(?:#[\w-]+)?\)/g)].map(([, link = '']) => link);
      expect(links.length).toBeGreaterThan(0);
      const folder = page.slice(0, page.lastIndexOf('/'));
      expect(links.filter((link) => !existsSync(join(ROOT, folder, link)))).toEqual([]);
    });

    test('names scripts that exist', () => {
      const { scripts } = JSON.parse(read('package.json'));
      const named = [...read(page).matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name = '']) => name);
      expect(named.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
    });
  },
);

test('every setting has its line, and no other is given on a command line', () => {
  for (const name of [...SETTING_NAMES, 'district', 'region', 'allowOutsideMainland']) {
    expect(upgrade, name).toMatch(new RegExp(`^\\|.*\`${name}\``, 'm'));
  }
  const given = [...upgrade.matchAll(/-c (\w+)=/g)].map(([, name = '']) => name);
  expect(given.filter((name) => ![...SETTING_NAMES, 'district', 'region', 'name'].includes(name))).toEqual([]);
});

test('what the restore reads from SSM is published', () => {
  const ids: readonly string[] = [...TABLES, ...SECRETS, ...KEYS, ...BUCKETS];
  const asked = [
    ...upgrade.matchAll(/param (\w+)\/(name|arn|streamArn)/g),
    ...upgrade.matchAll(/\/jieban\/(?:\$D|xianan)\/(\w+)\/(name|arn|streamArn)/g),
  ];
  expect(asked.length).toBeGreaterThan(6);
  for (const [text, id = ''] of asked) expect(ids, text).toContain(id);
});
