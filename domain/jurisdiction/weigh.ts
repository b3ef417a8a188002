/**
 * Evidence → ranked places → verdict, for what a catalogue row asks (event, company, household). The part that a name plays
 * comes first, then its strength; places that play the same part are a fact to report, never a coin to toss.
 */
import { type Asked, alone, RANK, type Role } from './cues.ts';
import type { Located, PlaceCandidate, PlaceField } from './located.ts';
import type { PlaceBook, PlaceTarget } from './place-names.ts';
import type { PlaceEvidence } from './read-text.ts';

/** From here on a place settles the matter. */
export const SETTLED = 0.7;
/** A rival this near to the best, and this likely by itself, makes the place ambiguous. */
const RIVAL_SHARE = 0.7;
export const RIVAL_FLOOR = 0.5;
/** What a candidate keeps of its score for each rank that it lies behind: a cued alias is no rival's to a plain full name. */
const BEHIND = 0.55;
/** What a place of somebody who is away keeps, unless the matter is that work. */
const AWAY = 0.3;

export interface Weighed extends PlaceCandidate {
  readonly target: PlaceTarget;
  readonly fields: readonly PlaceField[];
  /** 推诿: whose matter it is was said to be open. */
  readonly disputed: boolean;
}

interface Ranked extends Weighed {
  readonly rank: number;
}

const NOTE: Partial<Record<Role, string>> = {
  stated: '明示',
  company: '单位',
  site: '工地',
  employer: '用工单位',
  work: '务工',
  resident: '居住',
  native: '籍贯',
  registered: '户籍',
  passing: '旁及',
};

/** One candidate per place, best first: different names for it strengthen each other, a repeated name doesn't. */
export function weigh(evidence: readonly PlaceEvidence[], asked: Asked): Weighed[] {
  const groups = new Map<string, PlaceEvidence[]>();
  for (const item of evidence) {
    const key = `${item.target.kind}:${item.target.id}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  const ranked = [...groups.values()].map((group) => candidate(group, asked));
  const likely = ranked.filter(({ score }) => score >= RIVAL_FLOOR);
  const best = Math.min(...likely.filter(({ kind }) => kind !== 'zone').map(({ rank }) => rank));
  // A zone is no rival of a town: it only has to be about the same matter.
  const zoneBest = Math.max(best === Infinity ? Math.min(...likely.map(({ rank }) => rank)) : best, RANK[asked].plain);
  const weighed = ranked.map(({ rank, score, ...rest }): Weighed => {
    const behind = Math.max(0, rank - (rest.kind === 'zone' ? zoneBest : best));
    return { ...rest, score: Number.isFinite(behind) ? score * BEHIND ** behind : score };
  });
  return weighed.sort(byScore);
}

/** Best first; a total order, since no two of a list share kind and id. */
const byScore = (a: PlaceCandidate, b: PlaceCandidate): number =>
  b.score - a.score || (a.id < b.id ? -1 : a.id > b.id ? 1 : a.kind < b.kind ? -1 : 1);

function candidate(group: readonly PlaceEvidence[], asked: Asked): Ranked {
  const byName = new Map<string, { readonly item: PlaceEvidence; readonly score: number; readonly rank: number }>();
  for (const item of group) {
    const score = item.away && !aboutWork(item, asked) ? item.score * AWAY : item.score;
    const rank = RANK[asked][item.role];
    const known = byName.get(item.name);
    // Said twice, a name plays the better of its parts.
    if (known === undefined || known.rank > rank || (known.rank === rank && known.score < score)) {
      byName.set(item.name, { item, score: Math.max(score, known?.score ?? 0), rank });
    }
  }
  const named = [...byName.values()].sort((a, b) => b.score - a.score || (a.item.name < b.item.name ? -1 : 1));
  const strong = named.filter(({ score }) => score >= RIVAL_FLOOR);
  const rank = Math.min(...(strong.length > 0 ? strong : named).map((name) => name.rank));
  const role = named.find((name) => name.rank === rank)?.item.role ?? 'plain';
  const doubt = named.reduce((left, { score }) => left * (1 - score), 1);
  const first = (named[0] as (typeof named)[number]).item;
  const target = named.find(({ item }) => 'village' in item.target)?.item.target ?? first.target;
  return {
    kind: target.kind,
    id: target.id,
    name: target.name,
    score: Math.min(0.99, 1 - doubt) * alone(asked, role),
    evidence: named.map(({ item }) => quoted(item)).join(','),
    target,
    fields: [...new Set(named.map(({ item }) => item.source))],
    rank,
    disputed: group.some((item) => item.disputed),
  };
}

const aboutWork = ({ role }: PlaceEvidence, asked: Asked): boolean =>
  role === 'stated' || (asked === 'company' && (role === 'work' || role === 'employer'));

function quoted({ source, name, role }: PlaceEvidence): string {
  const note = NOTE[role];
  return `${source === 'placeText' ? '地址' : '内容'}提到「${name}」${note === undefined ? '' : `(${note})`}`;
}

export function verdict(weighed: readonly Weighed[], book: PlaceBook): Located {
  const candidates = weighed.map(plain);
  const [zone, otherZone] = weighed.filter(({ kind, score }) => kind === 'zone' && score >= SETTLED);
  const [best, ...others] = weighed.filter(({ kind }) => kind !== 'zone');
  const zones = zonesOf(zone, otherZone, best);
  if (best === undefined || (zone !== undefined && best.score < RIVAL_FLOOR)) {
    if (zone === undefined) return { confidence: 0, ambiguous: false, candidates, fields: [] };
    const { score: confidence, fields } = zone;
    if (zones.zone === undefined)
      return { confidence, ambiguous: true, doubt: 'several', candidates, fields, ...zones };
    const code = zone.target.kind === 'zone' ? zone.target.townCode : undefined;
    const town = book.towns.find((row) => row.code === code);
    const townAnswer = town === undefined ? {} : { town: town.code };
    return { ...townAnswer, ...zones, confidence, ambiguous: false, candidates, fields };
  }
  const { score: confidence, fields } = best;
  // Two foreign places are one answer: not ours.
  const rival = others.find((other) => other.kind !== 'outside' || best.kind !== 'outside');
  if (rival !== undefined && rivals(best, rival)) {
    return { ...zones, confidence, ambiguous: true, doubt: 'several', candidates, fields };
  }
  if (best.target.kind === 'outside') {
    const outside = { id: best.id, name: best.name };
    return { outside, confidence, ambiguous: false, candidates, fields };
  }
  const village = best.target.kind === 'town' ? best.target.village : undefined;
  const answer = { town: best.id, ...(village !== undefined && { village }), ...zones };
  return { ...answer, confidence, ambiguous: false, candidates, fields };
}

const rivals = (best: Weighed, rival: Weighed): boolean =>
  rival.score >= RIVAL_FLOOR && rival.score >= best.score * RIVAL_SHARE;

/** Two zones named alike, or a town and a zone that pass it to each other: a row that asks for the zone must ask somebody. */
function zonesOf(zone: Weighed | undefined, other: Weighed | undefined, best: Weighed | undefined) {
  if (zone === undefined) return {};
  if (other !== undefined && rivals(zone, other)) return { zoneDoubt: other.id };
  return zone.disputed && best?.disputed === true ? { zoneDoubt: zone.id } : { zone: zone.id };
}

function plain({ kind, id, name, score, evidence }: PlaceCandidate): PlaceCandidate {
  return { kind, id, name, score, evidence };
}

/** Both lists as one ranking; of a place in both, what the first says. */
export function merged(first: readonly PlaceCandidate[], second: readonly PlaceCandidate[]): PlaceCandidate[] {
  const known = new Set(first.map(({ kind, id }) => `${kind}:${id}`));
  return [...first, ...second.filter(({ kind, id }) => !known.has(`${kind}:${id}`))].map(plain).sort(byScore);
}
