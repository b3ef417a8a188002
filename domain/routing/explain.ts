/** The decision in words: one Chinese sentence that a clerk can check against the catalogue, and who else was considered. */
import type { CatalogueRow, District, PlaceRule } from '#schemas/district.ts';
import type { Disposition, RoutingDecision, RoutingRule, RoutingTrace, RunnerUp } from '#schemas/routing.ts';
import { rankConfidence } from '../catalogue/classify.ts';
import type { Located, PlaceDoubt } from '../jurisdiction/locate.ts';
import { dispositionOf } from './dispose.ts';
import type { Findings, Verdict } from './verdict.ts';

const PLACE_LABEL: Record<PlaceRule, string> = {
  event: '事发地',
  company: '用工地',
  household: '户籍地',
  none: '事发地',
};

/** Why the desk (or the city) and not a unit; unit rules explain themselves by place and row. */
const REASON: Partial<Record<RoutingRule, string>> = {
  'statutory-route': '依法应走其他途径',
  'outside-district': '事发地不在本区',
  'outside-unsure': '涉及区内外多地,管辖难辨',
  'category-unsure': '类别把握不足',
  'city-duty': '市级事权',
  'desk-duty': '目录规定由热线办研判',
  'place-unsure': '该类按属地承办,地点不明',
  'place-ambiguous': '该类按属地承办,涉及多个镇街',
  'place-without-government': '该地无属地政府',
  'attribute-ambiguous': '决定要素不止一个,承办单位不一',
  recusal: '投诉对象为承办单位工作人员,应予回避',
};

const ROLE: Record<Disposition, string> = { unit: '唯一承办', city: '转市级处置', desk: '人工研判' };

export function sentence(
  verdict: Verdict,
  findings: Findings,
  coHandlers: readonly string[],
  danger: RoutingDecision['danger'],
  district: District,
): string {
  const parts = [placePart(verdict.row, findings, district), ...rowPart(verdict, findings)];
  const reason = REASON[verdict.rule];
  if (reason !== undefined) parts.push(reason);
  if (verdict.rule === 'statutory-route' && findings.statutory !== undefined) parts.push(findings.statutory.route.name);
  if (verdict.rule === 'zone-override') parts.push('目录规定功能区优先');
  if (verdict.rule === 'attribute-duty') parts.push(`按决定要素「${decisive(verdict, findings)}」`);
  const helpers = coHandlers.map((unit) => unitName(unit, district)).join('、');
  const sole = ROLE[dispositionOf(verdict.unit, district)];
  const role = helpers === '' ? sole : `主办,协办:${helpers}`;
  const call = danger === undefined ? '' : `;紧急情形,应立即拨打 ${danger.numbers.join('、')}`;
  return `${parts.join(',')} → ${unitName(verdict.unit, district)}(${role})${call}`;
}

/** Names of the attributes that the row asks for and the words show. */
const decisive = ({ row }: Verdict, { attributes }: Findings): string =>
  attributes
    .filter(({ id }) => row !== undefined && id in row.ownerByAttribute)
    .map(({ name }) => name)
    .join('、');

export function unitName(unit: string, district: Pick<District, 'departments'>): string {
  return district.departments.find((department) => department.id === unit)?.name ?? unit;
}

function placePart(row: CatalogueRow | undefined, findings: Findings, district: District): string {
  const { located, town, zone } = findings;
  const label = PLACE_LABEL[row?.placeRule ?? 'event'];
  if (located.ambiguous) {
    return `${label}不唯一(${contenders(located).join('、')})`;
  }
  const names = [
    district.towns.find((candidate) => candidate.code === town)?.name,
    district.zones.find((candidate) => candidate.id === zone)?.name,
  ].filter((name) => name !== undefined);
  if (names.length > 0) return `${label}${[...new Set(names)].join('、')}(${how(findings)})`;
  if (located.outside !== undefined && located.confidence >= district.thresholds.outside) {
    return `${label}${located.outside.name}(${how(findings)})`;
  }
  return `${label}未识别`;
}

/** Names of the places that are as likely as each other; of the zones only when no town is named. */
function contenders({ candidates }: Located): string[] {
  const likely = candidates.filter(({ score }) => score >= 0.5);
  const towns = likely.filter(({ kind }) => kind !== 'zone');
  return [...new Set((towns.length > 0 ? towns : likely).map(({ name }) => name))].slice(0, 3);
}

const DOUBT: Record<PlaceDoubt, string> = {
  several: '提到多处,分不出主次',
  border: '坐标在边界附近',
  codes: '所选代码不属同一镇街',
  contradiction: '代码、坐标、地址或内容互相矛盾',
};

/** 待核实: what the desk has to ask about the place, if anything. */
export function question(row: CatalogueRow | undefined, { located }: Findings, { zones }: District): string[] {
  if (located.ambiguous && located.doubt !== undefined) {
    const label = PLACE_LABEL[row?.placeRule ?? 'event'];
    return [`待核实:${label}是${contenders(located).join('还是')}(${DOUBT[located.doubt]})`];
  }
  const zone = zones.find(({ id }) => id === located.zoneDoubt);
  return zone === undefined ? [] : [`待核实:是否在${zone.name}范围内`];
}

function how({ located }: Findings): string {
  if (located.fields.some((field) => field.endsWith('Code'))) return '代码匹配';
  if (located.fields.includes('coordinates')) return '坐标匹配';
  return located.fields.includes('placeText') ? '地址匹配' : '内容匹配';
}

function rowPart(verdict: Verdict, { chosen }: Findings): string[] {
  const { row } = verdict;
  if (row === undefined) return ['类别未识别'];
  if (verdict.rule === 'category-unsure') return [`类别疑似 ${row.code} ${row.name}`];
  const [category = '', item = ''] = row.code.split('.');
  const given = chosen.given ? '(给定)' : '';
  return [`类别 ${category} ${row.category}${given}`, `目录第 ${Number(category)}.${item} 条`];
}

export function inputsUsed({ input, located, statutory, chosen, attributes }: Findings): RoutingTrace['inputs'] {
  const fields = new Set<RoutingTrace['inputs'][number]>(located.fields);
  if (input.category !== undefined) fields.add('category');
  const decisive = attributes.some(({ id }) => chosen.row !== undefined && id in chosen.row.ownerByAttribute);
  if (!chosen.given || statutory !== undefined || decisive) fields.add('title').add('content');
  return [...fields.add('kind')];
}

/** What lost, best first: rows, places, and the unit that would have had it. Scores are 0..1. */
export function runnersUp(verdict: Verdict, findings: Findings, district: District): RunnerUp[] {
  const { chosen, located, town } = findings;
  const list: RunnerUp[] = [];
  if (verdict.candidate !== undefined && verdict.candidate !== verdict.unit) {
    const name = unitName(verdict.candidate, district);
    list.push({ kind: 'unit', id: verdict.candidate, name, score: round(verdict.confidence), evidence: '原拟承办' });
  }
  const unsure = verdict.rule === 'category-unsure' && verdict.row !== undefined ? [verdict.row] : [];
  for (const row of unsure) {
    const evidence = chosen.evidence.join(';');
    list.push({ kind: 'category', id: row.code, name: row.name, score: round(chosen.confidence), evidence });
  }
  for (const rival of chosen.runnersUp) {
    const score = round(rankConfidence(rival, undefined) / 2);
    const evidence = `关键词${rival.keywords
      .slice(0, 3)
      .map((keyword) => `「${keyword}」`)
      .join('')}`;
    list.push({ kind: 'category', id: rival.row.code, name: rival.row.name, score, evidence });
  }
  for (const place of located.candidates) {
    if (place.kind === 'zone' || place.id === town || place.id === located.outside?.id) continue;
    list.push({
      kind: place.kind,
      id: place.id,
      name: place.name,
      score: round(place.score),
      evidence: place.evidence,
    });
  }
  return list.slice(0, 8);
}

const round = (score: number) => Math.round(score * 100) / 100;
