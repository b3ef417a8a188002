/**
 * Places and units among each other: whom a town, a village or a name leads to. A wrong one sends citizens' requests to a unit
 * that exists, so nothing else would notice.
 */
import { normalise } from '#domain/catalogue/phrases.ts';
import { wordFault } from '#domain/routing/proof-words.ts';
import type { Department, DistrictHead, PlaceAlias, Town, UnitLevel, Village, Zone } from '#schemas/district.ts';
import type { FolderReader, Line } from './district-reader.ts';

export interface PlaceTables {
  readonly head: Pick<DistrictHead, 'code' | 'cityPlatform' | 'desk'>;
  readonly towns: readonly Line<Town>[];
  readonly villages: readonly Line<Village>[];
  readonly zones: readonly Line<Zone>[];
  readonly departments: readonly Line<Department>[];
  readonly aliases: readonly Line<PlaceAlias>[];
}

export function checkPlaces(folder: FolderReader, tables: PlaceTables): void {
  const { towns, villages, zones, departments, aliases } = tables;
  unique(folder, 'departments.csv', 'id', departments);
  unique(folder, 'zones.csv', 'id', zones);
  unique(folder, 'towns.csv', 'code', towns);
  unique(folder, 'villages.csv', 'code', villages);
  unique(folder, 'aliases.csv', 'alias', aliases);
  checkUnits(folder, tables);
  checkTowns(folder, tables);
  checkVillages(folder, tables);
  checkAliases(folder, tables);
}

function checkUnits(folder: FolderReader, { head, towns, zones, departments }: PlaceTables): void {
  const units = new Set(departments.map((line) => line.value.id));
  const remedy = '改为 departments.csv 中的 id;没有属地政府的写热线办';
  for (const [file, lines] of [['towns.csv', towns] as const, ['zones.csv', zones] as const]) {
    for (const { row, value: place } of lines) {
      if (!units.has(place.unit)) folder.add(file, row, 'unit', `单位 ${place.unit} 不存在`, remedy);
    }
  }
  for (const { row, value: unit } of departments) {
    for (const alias of unit.aliases) {
      const fault = wordFault(alias);
      if (fault !== undefined) folder.add('departments.csv', row, 'aliases', fault.problem, fault.remedy);
    }
  }
  for (const field of ['cityPlatform', 'desk'] as const) {
    const level = departments.find((unit) => unit.value.id === head[field])?.value.level;
    const wanted = field === 'desk' ? 'hotline' : 'city';
    if (level === wanted) continue;
    const problem = `单位 ${head[field]} 不存在或层级不是 ${wanted}`;
    folder.add('district.json', undefined, field, problem, '在 departments.csv 中更正');
  }
}

/** Levels that can hold the duty of a town's government. */
const OF_TOWNS: ReadonlySet<UnitLevel> = new Set(['town', 'zone', 'hotline', 'city']);

function checkTowns(folder: FolderReader, { head, towns, departments }: PlaceTables): void {
  const units = new Map(departments.map((line) => [line.value.id, line.value]));
  const holders = new Map<string, Line<Town>>();
  for (const line of towns) {
    const { row, value: town } = line;
    const add = (column: string, problem: string, remedy: string) =>
      folder.add('towns.csv', row, column, problem, remedy);
    if (!town.code.startsWith(head.code)) add('code', `${town.code} 不属于 ${head.code}`, '更正代码');
    const unit = units.get(town.unit);
    if (unit === undefined) continue;
    if (!OF_TOWNS.has(unit.level)) {
      const remedy = '改为该镇街自己的单位;没有属地政府的写热线办或市平台';
      add('unit', `单位 ${unit.id} 的层级是 ${unit.level},担不了属地职责`, remedy);
    }
    // What has no government of its own may lie in a town's hands beside that town.
    if (unit.level !== 'town' || !isReal(town)) continue;
    const other = towns.find(({ value }) => isReal(value) && isNamedAfter(unit, value));
    const holder = holders.get(unit.id);
    if (other !== undefined && other !== line) {
      const problem = `${town.name}的承办单位 ${unit.id}(${unit.name})是${other.value.name}的`;
      add('unit', problem, `改为${town.name}自己的单位`);
    } else if (holder !== undefined && other === undefined) {
      const problem = `${unit.id} 已是${holder.value.name}(第 ${holder.row} 行)的承办单位`;
      add('unit', problem, '一个镇街单位只承办一个镇街:更正两行中写错的一行');
    }
    if (holder === undefined) holders.set(unit.id, line);
  }
}

const isReal = ({ kind }: Town): boolean => kind !== '类似乡级单位';
const isNamedAfter = ({ name, shortName }: Department, town: Town): boolean =>
  name.startsWith(town.name) || shortName === town.name;

/** 村、社区: the first nine digits of a code are its town's. */
function checkVillages(folder: FolderReader, { towns, villages }: PlaceTables): void {
  const names = new Map(towns.map((line) => [line.value.code, line.value.name]));
  for (const { row, value: village } of villages) {
    const { code, townCode, townName } = village;
    const town = names.get(townCode);
    if (town === undefined) {
      folder.add('villages.csv', row, 'townCode', `镇街 ${townCode} 不存在`, '改为 towns.csv 中的代码');
    } else if (code.slice(0, 9) !== townCode.slice(0, 9)) {
      const own = names.get(`${code.slice(0, 9)}000`);
      const problem = `代码 ${code} 的前 9 位不属于${town}(${townCode})`;
      const remedy = own === undefined ? '更正村的代码' : `按代码应在${own}:更正镇街,或更正村的代码`;
      folder.add('villages.csv', row, 'townCode', problem, remedy);
    } else if (town !== townName) {
      folder.add('villages.csv', row, 'townName', `${townName} 与代码不符`, `该代码是 ${town}`);
    }
  }
}

function checkAliases(folder: FolderReader, { towns, villages, zones, aliases }: PlaceTables): void {
  const places = [
    ...[...towns, ...villages].map(({ value: { code, name } }) => ({ target: code, name })),
    ...zones.map(({ value: { id, name } }) => ({ target: id, name })),
  ];
  const targets = new Set(places.map(({ target }) => target));
  const bearing = Map.groupBy(places, ({ name }) => normalise(name));
  for (const { row, value: alias } of aliases) {
    const add = (column: string, problem: string, remedy: string) =>
      folder.add('aliases.csv', row, column, problem, remedy);
    const decoy = alias.strength === 'decoy';
    if (decoy ? alias.target !== '' : !targets.has(alias.target)) {
      add('target', `「${alias.target}」指向不明`, '写镇街、村的代码或功能区 id;decoy(不是地名)留空');
      continue;
    }
    const named = (bearing.get(normalise(alias.alias)) ?? []).map(({ target }) => target);
    if (named.length === 0 || named.includes(alias.target)) continue;
    const official = `「${alias.alias}」是 ${named.join('、')} 的正式名称`;
    if (decoy) add('alias', `${official},不能当作不是地名的词`, '删去这一行,或写成更长的词(如带路名、校名)');
    else add('target', `${official},这里却指向 ${alias.target}`, `改为 ${named[0]},或删去这一行`);
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
