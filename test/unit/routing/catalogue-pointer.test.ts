/** Publishing and rolling back as a stack of versions over the deployed catalogue; and what a version's row may hold. */
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { published, rolledBack } from '#domain/routing/catalogue-pointer.ts';
import { CatalogueTooLarge, MOST_BYTES, pack, unpack } from '#functions/adapters/catalogue-store.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import type { CatalogueContent, CataloguePointer } from '#schemas/catalogue.ts';

/** Each step and the pointer after it, as `version<before`. `-` is rolling back. */
const stories: readonly (readonly [string, readonly string[], readonly string[]])[] = [
  ['one', ['a'], ['a<']],
  ['two', ['a', 'b'], ['a<', 'b<a']],
  ['back to the one before, then to the deployed one', ['a', 'b', '-', '-'], ['a<', 'b<a', 'a<', '<']],
  ['no further than that', ['a', '-', '-'], ['a<', '<', 'none']],
  ['nothing to go back to', ['-'], ['none']],
  ['the version in use again', ['a', 'a'], ['a<', 'none']],
  ['an old one again: a rollback leads to the one that was in use', ['a', 'b', 'a', '-'], ['a<', 'b<a', 'a<b', 'b<']],
  ['a new one after a rollback', ['a', 'b', '-', 'c', '-'], ['a<', 'b<a', 'a<', 'c<a', 'a<']],
];
test.each(stories)('%s', (_, steps, expected) => {
  let pointer: CataloguePointer | undefined;
  const seen = steps.map((step) => {
    const next = step === '-' ? rolledBack(pointer) : published(pointer, step);
    if (next === undefined) return 'none';
    expect(next.revision).toBe((pointer?.revision ?? 0) + 1);
    pointer = next;
    return `${next.version ?? ''}<${next.before.join('')}`;
  });
  expect(seen).toEqual(expected);
});

test('a long line of versions is cut, oldest first', () => {
  let pointer: CataloguePointer | undefined;
  for (let at = 0; at < 30; at++) pointer = published(pointer, `v${at}`);
  expect(pointer?.before).toHaveLength(20);
  expect(pointer?.before[0]).toBe('v28');
});

describe("a version's row", () => {
  const { catalogue, attributes } = compileDistrict('xianan');
  const content: CatalogueContent = { catalogue, attributes };

  test('comes out as it went in; the order of fields is no other content', () => {
    const { zipped, digest } = pack(content);
    expect(unpack(zipped)).toEqual(content);
    expect(pack({ attributes, catalogue: { ...catalogue } }).digest).toBe(digest);
    expect(pack({ attributes: [], catalogue }).digest).not.toBe(digest);
  });
  test('holds no more than a row of the table can', () => {
    const [row] = catalogue.rows;
    const keywords = Array.from({ length: 12_000 }, () => randomBytes(48).toString('hex'));
    const large = { attributes, catalogue: { ...catalogue, rows: [{ ...row!, keywords }] } };
    expect(() => pack(large)).toThrow(CatalogueTooLarge);
    expect(() => pack(large)).toThrow(new RegExp(`at most ${MOST_BYTES} fit`));
  });
  test('is refused when it is no catalogue', () => {
    expect(() => unpack(gzipSync('{"catalogue":{}}'))).toThrow();
    expect(() => unpack(Buffer.from('no zip'))).toThrow();
  });
});
