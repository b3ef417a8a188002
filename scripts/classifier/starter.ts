/**
 * What a district folder itself can teach: the sentences of `examples.csv`, each row's keywords and its name. Short as they are,
 * the keywords tie the rare words of a row to it.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import * as z from 'zod';
import { meaningOf } from '#domain/catalogue/text-model.ts';
import { type Example, TrainingError } from '#domain/catalogue/train-model.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { decodeText } from '#infra/table-text.ts';

const Sentences = z.array(z.strictObject({ code: z.string(), text: z.string().trim().min(2) }));

/** 无从判断: sentences that say nothing of the matter. No row has this label, so whoever writes like that reaches the desk. */
const VAGUE = '-';

/** What each code means in a district's catalogue. @throws DistrictFolderError */
export const meaningsOf = (district: string): ReadonlyMap<string, string> =>
  new Map([
    [VAGUE, ''],
    ...compileDistrict(district).catalogue.rows.map((row): [string, string] => [row.code, meaningOf(row)]),
  ]);

/** @throws DistrictFolderError, TrainingError naming the record of a sentence whose code is in no row */
export function starterExamples(district: string): Example[] {
  const { catalogue } = compileDistrict(district);
  const file = fileURLToPath(new URL(`../../districts/${district}/examples.csv`, import.meta.url));
  const text = decodeText(readFileSync(file));
  if (text === undefined) throw new TrainingError('examples.csv is neither UTF-8 nor GB 18030: save it as UTF-8');
  const sentences = Sentences.parse(parse(text, { columns: true }));
  const codes = new Set([VAGUE, ...catalogue.rows.map(({ code }) => code)]);
  const strange = sentences.findIndex(({ code }) => !codes.has(code));
  if (strange !== -1) {
    throw new TrainingError(`examples.csv, record ${strange + 2}: no catalogue row ${sentences[strange]?.code ?? ''}`);
  }
  const example = (label: string, content: string): Example => ({ label, title: '', content });
  return [
    ...sentences.map(({ code, text }) => example(code, text)),
    ...catalogue.rows.flatMap(({ code, name, keywords }) => [name, ...keywords].map((words) => example(code, words))),
  ];
}
