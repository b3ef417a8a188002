/**
 * Compiles `districts/<id>/` into one validated `District`. Clerks edit these files in a spreadsheet, so every mistake names
 * the file, the row as the spreadsheet counts it, the column and the remedy, and all of them are reported at once.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BrokenModelError, readModel } from '#domain/catalogue/text-model.ts';
import { proveAttributes, proveCatalogue } from '#domain/routing/proof.ts';
import {
  CatalogueRow,
  DangerCues,
  DecidingAttribute,
  Department,
  District,
  DistrictHead,
  PlaceAlias,
  Town,
  Village,
  Zone,
} from '#schemas/district.ts';
import { FeedbackRules } from '#schemas/feedback.ts';
import { RetentionRules } from '#schemas/retention.ts';
import { CalendarData, LimitProfile } from '#schemas/sla.ts';
import { checkFeedbackRules, FEEDBACK_FILE } from './district-feedback.ts';
import { checkPlaces } from './district-places.ts';
import { POLYGONS_FILE, readPolygons } from './district-polygons.ts';
import { FolderReader, type Line } from './district-reader.ts';

export { DistrictFolderError, type Mistake } from './district-reader.ts';

const DISTRICTS = fileURLToPath(new URL('../districts', import.meta.url));

/** Learned, and optional. */
const CUES_FILE = 'danger-cues.json';
const LIMITS_FILE = 'limits.json';
const RETENTION_FILE = 'retention.json';
const REFERRED_TO = new Set(['towns.csv', 'villages.csv', 'zones.csv', 'departments.csv', 'attributes.csv']);

/**
 * @param root where the district folders lie; the project's own by default
 * @throws DistrictFolderError naming every mistake
 */
export function compileDistrict(id: string, root = DISTRICTS): District {
  return compileFolder(join(root, id), { id });
}

export interface FolderOptions {
  /** What the district must call itself; without it the folder may have any name (a copy to try something). */
  readonly id?: string;
  /** Files that are read from elsewhere: a new `catalogue.csv` in an old folder. */
  readonly instead?: Readonly<Record<string, string>>;
}

/**
 * The same for a folder that lies anywhere.
 * @throws DistrictFolderError naming every mistake
 */
export function compileFolder(path: string, { id: expected, instead }: FolderOptions = {}): District {
  const folder = new FolderReader(path, instead);
  const head = folder.json('district.json', DistrictHead);
  const towns = folder.table('towns.csv', Town, []);
  const villages = folder.table('villages.csv', Village, []);
  const zones = folder.table('zones.csv', Zone, ['code']);
  const departments = folder.table('departments.csv', Department, ['leaveA', 'endpoint']);
  const aliases = folder.table('aliases.csv', PlaceAlias, []);
  const attributes = folder.table('attributes.csv', DecidingAttribute, []);
  const rows = folder.table('catalogue.csv', CatalogueRow, []);
  checkModel(folder);
  const calendar = folder.json('calendar.json', CalendarData);
  const limits = readLimits(folder, head?.limitProfile);
  const feedback = folder.json(FEEDBACK_FILE, FeedbackRules, 'schemas/feedback.ts');
  const retention = folder.json(RETENTION_FILE, RetentionRules, 'schemas/retention.ts');
  const dangerCues = existsSync(join(path, CUES_FILE)) ? folder.json(CUES_FILE, DangerCues) : undefined;
  if (!head || !calendar || !limits || !feedback || !retention) throw folder.error(expected ?? basename(path));

  const id = expected ?? head.id;
  if (head.id !== id) folder.add('district.json', undefined, 'id', `写作 ${head.id}`, `应与文件夹名 ${id} 一致`);
  const book = {
    towns: towns.map(value),
    zones: zones.map(value),
    departments: departments.map(value),
    cityPlatform: head.cityPlatform,
    desk: head.desk,
    attributes: attributes.map(value),
    classes: head.catalogue.classes,
  };
  checkDanger(folder, head);
  let boundaries: District['boundaries'];
  // A misspelt unit or town would make every row that refers to it look wrong too: mend those tables first.
  if (!folder.mistakes.some(({ file }) => REFERRED_TO.has(file))) {
    if (existsSync(instead?.[POLYGONS_FILE] ?? join(path, POLYGONS_FILE))) {
      boundaries = readPolygons(folder, book.towns, book.zones);
    }
    checkPlaces(folder, { head, towns, villages, zones, departments, aliases });
    for (const { row, column, problem, remedy } of proveAttributes(book.attributes)) {
      folder.add('attributes.csv', attributes[row]?.row, column, problem, remedy);
    }
    // A table that can't be read at all lacks everything: one finding says so.
    const unread = rows.length === 0 && folder.mistakes.some(({ file }) => file === 'catalogue.csv');
    for (const { row, column, problem, remedy } of unread ? [] : proveCatalogue(rows.map(value), book)) {
      folder.add('catalogue.csv', rows[row]?.row, column, problem, remedy);
    }
    checkFeedbackRules(folder, feedback, head, book.departments);
  }
  if (folder.mistakes.length > 0) throw folder.error(id);
  const { catalogue, elsewhere, ...rest } = head;
  const { version, standIn, source } = catalogue;
  // Parsed again as a whole: what is shipped is what the schema says, and nothing else.
  return District.parse({
    ...rest,
    ...book,
    villages: villages.map(value),
    catalogue: { version, standIn, source, rows: rows.map(value) },
    gazetteer: { aliases: aliases.map(value), elsewhere },
    ...(boundaries !== undefined && { boundaries }),
    ...(dangerCues !== undefined && { dangerCues }),
    calendar,
    limits,
    feedback,
    retention,
  });
}

/** The district's own limits, or a profile that others may use, too. Both would leave it open which of them holds. */
function readLimits(folder: FolderReader, profile: string | undefined): LimitProfile | undefined {
  if (profile === undefined) return folder.json(LIMITS_FILE, LimitProfile);
  if (folder.has(LIMITS_FILE)) {
    const problem = `已选用现成方案 ${profile},又有 ${LIMITS_FILE}`;
    folder.add('district.json', undefined, 'limitProfile', problem, `删去 limitProfile,或删去 ${LIMITS_FILE}`);
  }
  const shipped = join(DISTRICTS, 'profiles', `${profile}.json`);
  if (existsSync(shipped)) return LimitProfile.parse(JSON.parse(readFileSync(shipped, 'utf8')));
  const known = readdirSync(join(DISTRICTS, 'profiles')).map((name) => basename(name, '.json'));
  folder.add('district.json', undefined, 'limitProfile', `没有方案 ${profile}`, `可选:${known.join('、')}`);
  return undefined;
}

const value = <T>(line: Line<T>): T => line.value;

export const MODEL_FILE = 'model.bin';

/** A list of words that a danger rule names must be there, and its brackets must match; else nothing would be heard at all. */
function checkDanger(folder: FolderReader, { danger, dangerWords }: DistrictHead): void {
  for (const { id, numbers: _, ...lists } of danger) {
    for (const [column, phrases] of Object.entries(lists)) {
      for (const phrase of phrases) {
        const unknown = (phrase.match(/\{[^{}|]*\}/g) ?? []).filter(
          (name) => !Object.hasOwn(dangerWords, name.slice(1, -1)),
        );
        const where = `danger.${id}.${column}`;
        for (const name of unknown) {
          folder.add(
            'district.json',
            undefined,
            where,
            `「${phrase}」里的 ${name} 没有这组词`,
            '在 dangerWords 里增加,或改名',
          );
        }
        if (/[{}]/.test(phrase.replace(/\{[^{}]*\}/g, ''))) {
          folder.add('district.json', undefined, where, `「${phrase}」的花括号不成对`, '一组词一对花括号,里面不能再套');
        }
      }
    }
  }
}

/** 文字识别模型: what can't be read here couldn't be read by the functions either. A folder may have none. */
function checkModel(folder: FolderReader): void {
  const bytes = folder.bytes(MODEL_FILE);
  if (bytes === undefined) return;
  try {
    readModel(bytes);
  } catch (error) {
    if (!(error instanceof BrokenModelError)) throw error;
    const remedy = '从备份恢复;或先删去(那时只按关键词识别),再用 npm run classifier -- train 重新训练';
    folder.add(MODEL_FILE, undefined, undefined, `识别模型不完整或不是模型(${error.message})`, remedy);
  }
}
