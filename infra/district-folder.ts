/**
 * Compiles `districts/<id>/` into one validated `District`. Clerks edit these files in a spreadsheet, so every mistake names
 * the file, the row as the spreadsheet counts it, the column and the remedy, and all of them are reported at once.
 */
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
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
import { CalendarData, LimitProfile } from '#schemas/sla.ts';
import { checkFeedbackRules, FEEDBACK_FILE } from './district-feedback.ts';
import { POLYGONS_FILE, readPolygons } from './district-polygons.ts';
import { FolderReader, type Line } from './district-reader.ts';

export { DistrictFolderError, type Mistake } from './district-reader.ts';

const DISTRICTS = fileURLToPath(new URL('../districts', import.meta.url));

/** Learned, and optional. */
const CUES_FILE = 'danger-cues.json';
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
  const departments = folder.table('departments.csv', Department, ['endpoint']);
  const aliases = folder.table('aliases.csv', PlaceAlias, []);
  const attributes = folder.table('attributes.csv', DecidingAttribute, []);
  const rows = folder.table('catalogue.csv', CatalogueRow, []);
  const calendar = folder.json('calendar.json', CalendarData);
  const limits = folder.json('limits.json', LimitProfile);
  const feedback = folder.json(FEEDBACK_FILE, FeedbackRules, 'schemas/feedback.ts');
  const dangerCues = existsSync(join(path, CUES_FILE)) ? folder.json(CUES_FILE, DangerCues) : undefined;
  if (head === undefined || calendar === undefined || limits === undefined || feedback === undefined) {
    throw folder.error(expected ?? basename(path));
  }

  const id = expected ?? head.id;
  if (head.id !== id) folder.add('district.json', undefined, 'id', `写作 ${head.id}`, `应与文件夹名 ${id} 一致`);
  const book = {
    towns: towns.map(value),
    zones: zones.map(value),
    departments: departments.map(value),
    cityPlatform: head.cityPlatform,
    desk: head.desk,
    attributes: attributes.map(value),
  };
  checkDanger(folder, head);
  let boundaries: District['boundaries'];
  // A misspelt unit or town would make every row that refers to it look wrong too: mend those tables first.
  if (!folder.mistakes.some(({ file }) => REFERRED_TO.has(file))) {
    if (existsSync(instead?.[POLYGONS_FILE] ?? join(path, POLYGONS_FILE))) {
      boundaries = readPolygons(folder, book.towns, book.zones);
    }
    checkPlaces(folder, head, towns, villages, zones, departments, aliases);
    for (const { row, column, problem, remedy } of proveAttributes(book.attributes)) {
      folder.add('attributes.csv', attributes[row]?.row, column, problem, remedy);
    }
    for (const { row, column, problem, remedy } of proveCatalogue(rows.map(value), book)) {
      folder.add('catalogue.csv', rows[row]?.row, column, problem, remedy);
    }
    checkFeedbackRules(folder, feedback, head, book.departments);
  }
  if (folder.mistakes.length > 0) throw folder.error(id);
  const { catalogue, elsewhere, ...rest } = head;
  // Parsed again as a whole: what is shipped is what the schema says, and nothing else.
  return District.parse({
    ...rest,
    ...book,
    villages: villages.map(value),
    catalogue: { ...catalogue, rows: rows.map(value) },
    gazetteer: { aliases: aliases.map(value), elsewhere },
    ...(boundaries !== undefined && { boundaries }),
    ...(dangerCues !== undefined && { dangerCues }),
    calendar,
    limits,
    feedback,
  });
}

const value = <T>(line: Line<T>): T => line.value;

function checkPlaces(
  folder: FolderReader,
  head: DistrictHead,
  towns: readonly Line<Town>[],
  villages: readonly Line<Village>[],
  zones: readonly Line<Zone>[],
  departments: readonly Line<Department>[],
  aliases: readonly Line<PlaceAlias>[],
): void {
  const units = new Set(departments.map((line) => line.value.id));
  const townNames = new Map(towns.map((line) => [line.value.code, line.value.name]));
  unique(folder, 'departments.csv', 'id', departments);
  unique(folder, 'zones.csv', 'id', zones);
  unique(folder, 'towns.csv', 'code', towns);
  unique(folder, 'villages.csv', 'code', villages);
  unique(folder, 'aliases.csv', 'alias', aliases);
  const unitRemedy = '改为 departments.csv 中的 id;没有属地政府的写热线办';
  for (const [file, lines] of [['towns.csv', towns] as const, ['zones.csv', zones] as const]) {
    for (const { row, value: place } of lines) {
      if (!units.has(place.unit)) folder.add(file, row, 'unit', `单位 ${place.unit} 不存在`, unitRemedy);
    }
  }
  for (const { row, value: town } of towns) {
    if (!town.code.startsWith(head.code))
      folder.add('towns.csv', row, 'code', `${town.code} 不属于 ${head.code}`, '更正代码');
  }
  for (const { row, value: village } of villages) {
    const town = townNames.get(village.townCode);
    if (town === undefined) {
      folder.add('villages.csv', row, 'townCode', `镇街 ${village.townCode} 不存在`, '改为 towns.csv 中的代码');
    } else if (town !== village.townName) {
      folder.add('villages.csv', row, 'townName', `${village.townName} 与代码不符`, `该代码是 ${town}`);
    }
  }
  const targets = new Set([
    ...townNames.keys(),
    ...villages.map((v) => v.value.code),
    ...zones.map((zone) => zone.value.id),
  ]);
  for (const { row, value: alias } of aliases) {
    if (alias.strength === 'decoy' ? alias.target !== '' : !targets.has(alias.target)) {
      const remedy = '写镇街、村的代码或功能区 id;decoy(不是地名)留空';
      folder.add('aliases.csv', row, 'target', `「${alias.target}」指向不明`, remedy);
    }
  }
  for (const field of ['cityPlatform', 'desk'] as const) {
    const level = departments.find((unit) => unit.value.id === head[field])?.value.level;
    const wanted = field === 'desk' ? 'hotline' : 'city';
    if (level !== wanted) {
      folder.add(
        'district.json',
        undefined,
        field,
        `单位 ${head[field]} 不存在或层级不是 ${wanted}`,
        '在 departments.csv 中更正',
      );
    }
  }
}

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

function unique<K extends string, T extends Record<K, string>>(
  folder: FolderReader,
  file: string,
  column: K,
  lines: readonly Line<T>[],
): void {
  const rows = new Map<string, number>();
  for (const { row, value: item } of lines) {
    const earlier = rows.get(item[column]);
    if (earlier !== undefined)
      folder.add(file, row, column, `${item[column]} 与第 ${earlier} 行重复`, '删去一行或更正');
    else rows.set(item[column], row);
  }
}
