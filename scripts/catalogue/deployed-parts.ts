/** What differs between two folders and takes a deployment: everything but rows and deciding attributes. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { MODEL_FILE } from '#infra/district-folder.ts';
import type { District } from '#schemas/district.ts';

const PUBLISHED: ReadonlySet<string> = new Set(['catalogue', 'attributes']);
/** The rest stands in district.json. */
const FILES: Readonly<Partial<Record<keyof District, string>>> = {
  towns: 'towns.csv',
  villages: 'villages.csv',
  zones: 'zones.csv',
  departments: 'departments.csv',
  boundaries: 'polygons.geojson',
  calendar: 'calendar.json',
  limits: 'limits.json',
  feedback: 'feedback.json',
  classes: 'district.json 的 catalogue.classes',
};

/** Names of files and fields, as a clerk knows them. */
export function changedParts(before: District, after: District): string[] {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof District)[];
  return keys
    .filter((key) => !PUBLISHED.has(key) && !isDeepStrictEqual(before[key], after[key]))
    .flatMap((key) => {
      if (key !== 'gazetteer') return [FILES[key] ?? `district.json 的 ${key}`];
      const aliases = isDeepStrictEqual(before.gazetteer.aliases, after.gazetteer.aliases) ? [] : ['aliases.csv'];
      const same = isDeepStrictEqual(before.gazetteer.elsewhere, after.gazetteer.elsewhere);
      return [...aliases, ...(same ? [] : ['district.json 的 elsewhere'])];
    });
}

/** The folder's text model; undefined without one. */
export function modelOf(folder: string): Uint8Array | undefined {
  const file = join(folder, MODEL_FILE);
  return existsSync(file) ? readFileSync(file) : undefined;
}
