/**
 * 派单: who owns a request. The rules are asked in the order of the routing page; the first that applies decides. Pure: the
 * same request and the same district folder always give the same decision, and every decision explains itself.
 */
import type { CatalogueRow, District } from '#schemas/district.ts';
import type { RoutingDecision } from '#schemas/routing.ts';
import { type Located, placesOf } from '../jurisdiction/locate.ts';
import { readAttributes } from './attributes.ts';
import { chooseRow, type ReadText } from './choose-row.ts';
import { detectDanger } from './danger.ts';
import { type Circumstances, coHandlersOf, dispose, dispositionOf } from './dispose.ts';
import { inputsUsed, question, runnersUp, sentence } from './explain.ts';
import { mustRecuse } from './recusal.ts';
import { statutoryRoute } from './statutory.ts';
import type { Findings, RouteInput, Verdict } from './verdict.ts';

/** `read`: a text model of the district; without one the catalogue's keywords read alone. */
export function route(input: RouteInput, district: District, read?: ReadText): RoutingDecision {
  const text = `${input.title}\n${input.content}`;
  const places = placesOf(input.place ?? {}, text, district);
  const attributes = readAttributes(text, district);
  const shown = attributes.map(({ id }) => id);
  /** The place depends on the row: of the event, the company or the household. */
  const at = (row: CatalogueRow | undefined) => {
    const located = places(row === undefined || row.placeRule === 'none' ? 'event' : row.placeRule);
    return { located, circumstances: { ...surePlace(located, district), attributes: shown } };
  };
  const chosen = chooseRow(input, district, (row) => dispose(row, at(row).circumstances, district).unit, read);
  const { located, circumstances } = at(chosen.row);
  const { town, zone } = circumstances;
  const statutory = statutoryRoute(text, district);
  const findings: Findings = { input, located, chosen, statutory, town, zone, attributes, circumstances };
  const verdict = recused(decide(findings, district), findings, text, district);
  return decision(verdict, findings, detectDanger(`${text}\n${input.place?.text ?? ''}`, district), district);
}

/** Town and zone that are sure enough to decide by. */
function surePlace(located: Located, { thresholds }: District): Pick<Circumstances, 'town' | 'zone'> {
  if (located.confidence < thresholds.place) return {};
  return { town: located.ambiguous ? undefined : located.town, zone: located.zone };
}

function decide(findings: Findings, district: District): Verdict {
  const { located, chosen, statutory, zone, circumstances } = findings;
  const { thresholds, desk, cityPlatform } = district;
  const { row } = chosen;
  if (statutory !== undefined) return { unit: desk, rule: 'statutory-route', confidence: 0.9, row };

  const outside = located.candidates.find((candidate) => candidate.kind === 'outside');
  if (located.outside !== undefined && !located.ambiguous && located.confidence >= thresholds.outside) {
    return { unit: cityPlatform, rule: 'outside-district', confidence: located.confidence, row };
  }
  if (row === undefined || chosen.confidence < thresholds.category) {
    const candidate = row === undefined ? undefined : dispose(row, circumstances, district).unit;
    return { unit: desk, rule: 'category-unsure', confidence: chosen.confidence, row, candidate };
  }
  const disposed = dispose(row, circumstances, district);
  if (located.ambiguous && row.placeRule !== 'none' && contends(outside?.score, located, thresholds.outside)) {
    return { unit: desk, rule: 'outside-unsure', confidence: located.confidence / 2, row, candidate: disposed.unit };
  }
  if (!disposed.byPlace) return { unit: disposed.unit, rule: disposed.rule, confidence: chosen.confidence, row };
  const { zoneDoubt } = located;
  const inDoubt = zoneDoubt === undefined ? disposed : dispose(row, { ...circumstances, zone: zoneDoubt }, district);
  if ((located.ambiguous && zone === undefined) || inDoubt.unit !== disposed.unit) {
    return { unit: desk, rule: 'place-ambiguous', confidence: located.confidence / 2, row };
  }
  const confidence = Math.min(chosen.confidence, located.confidence);
  return { unit: disposed.unit, rule: disposed.rule, confidence, row };
}

/** An outside place among the ambiguous ones is as likely as the district's own. */
function contends(score: number | undefined, located: Located, threshold: number): boolean {
  return score !== undefined && (score >= threshold || score >= located.confidence * 0.9);
}

function recused(verdict: Verdict, findings: Findings, text: string, district: District): Verdict {
  const unit = district.departments.find((department) => department.id === verdict.unit);
  if (unit === undefined || dispositionOf(unit.id, district) !== 'unit') return verdict;
  if (!mustRecuse(findings.input.kind, text, unit)) return verdict;
  return { ...verdict, unit: district.desk, rule: 'recusal', candidate: unit.id };
}

function decision(
  verdict: Verdict,
  findings: Findings,
  danger: RoutingDecision['danger'],
  district: District,
): RoutingDecision {
  const { input, located, statutory, town, zone, chosen } = findings;
  const text = `${input.title}\n${input.content}`;
  /** Whom the request complains of doesn't help with it either. */
  const innocent = (units: readonly string[]): string[] =>
    units.filter((id) => {
      const helper = district.departments.find((department) => department.id === id);
      return helper === undefined || !mustRecuse(input.kind, text, helper);
    });
  const { row, unit } = verdict;
  const disposition = dispositionOf(unit, district);
  const coHandlers =
    row === undefined || disposition !== 'unit' ? [] : innocent(coHandlersOf(row, town, unit, district));
  const evidence = located.candidates.map((candidate) => `${candidate.name}:${candidate.evidence}`);
  evidence.push(...question(row, findings, district), ...chosen.evidence);
  for (const { id, name, word } of findings.attributes) {
    if (row !== undefined && id in row.ownerByAttribute) evidence.push(`决定要素「${name}」(${word})`);
  }
  if (statutory !== undefined) evidence.push(`提到「${statutory.phrase}」,属${statutory.route.name}途径`);
  if (danger !== undefined) evidence.push(`紧急情形「${danger.phrase}」,应立即拨打 ${danger.numbers.join('、')}`);
  return {
    disposition,
    owner: unit,
    coHandlers,
    ...(row !== undefined && verdict.rule !== 'category-unsure' && { categoryCode: row.code }),
    ...(chosen.doubt !== undefined && { categoryDoubt: { code: chosen.doubt.row.code, by: chosen.doubt.by } }),
    ...(town !== undefined && { townCode: town }),
    ...(zone !== undefined && { zone }),
    urgency: danger === undefined ? (row?.defaultUrgency ?? 'normal') : 'critical',
    ...(danger !== undefined && { danger }),
    ...(verdict.rule === 'statutory-route' && statutory !== undefined && { lawfulRoute: statutory.route.route }),
    enterprise: input.callerEnterprise === true || row?.attributes.includes('涉企') === true,
    trace: {
      catalogueVersion: district.catalogue.version,
      rule: verdict.rule,
      inputs: inputsUsed(findings),
      evidence,
      runnersUp: runnersUp(verdict, findings, district),
      confidence: Math.round(verdict.confidence * 100) / 100,
      sentence: sentence(verdict, findings, coHandlers, danger, district),
    },
  };
}
