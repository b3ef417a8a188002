/**
 * Reading places out of one text: longest names first, then what stands around each name. Answers evidence per place with
 * the part that it plays, not a verdict; `weigh.ts` ranks it for what a catalogue row asks.
 */
import { CLAUSE_END, coveredHits, findPhrases, type Hit, normalise } from '../catalogue/phrases.ts';
import { borders, contrasts, correctsTo, denied, disputed, type Role, roleOf, turnsTo } from './cues.ts';
import { strengthOf } from './name-context.ts';
import { type PlaceBook, type PlaceName, type PlaceNames, type PlaceTarget, placeNamesOf } from './place-names.ts';

export type TextSource = 'placeText' | 'content';

export interface PlaceEvidence {
  readonly target: PlaceTarget;
  readonly score: number;
  /** The gazetteer's name that was met, never more of the citizen's text. */
  readonly name: string;
  readonly source: TextSource;
  readonly role: Role;
  /** 推诿、交界: whose matter it is was said to be open. */
  readonly disputed: boolean;
  /** 在武汉打工, 我在广州: where somebody has gone; of a city far away, told in passing, seldom more. */
  readonly away: boolean;
}

/** Names that follow each other directly (官埠桥镇渡船村) or as an enumeration: they play one part. */
interface Group {
  readonly hits: Hit[];
  readonly start: number;
  end: number;
}

interface Part {
  readonly role: Role;
  readonly disputed: boolean;
}

type Terms = PlaceNames['names'];

/** Content is about the matter, the place field about the place: its evidence weighs a little less. */
const CONTENT_FACTOR = 0.95;
/** As far as cues are looked for; bounds the work on each name. */
const REACH = 14;
const BETWEEN = 24;
const ENUMERATED = /^(?:和|与|跟|及|以及|、|同|或|或者|还是|还有)$/;
const ADJOINING = /^[省市县区的]?$/;

export function readPlaces(text: string, source: TextSource, book: PlaceBook): PlaceEvidence[] {
  const gazetteer = placeNamesOf(book);
  const { index, names } = gazetteer;
  const normal = normalise(text);
  const hits = withoutOverlaps(findPhrases(index, normal), normal.length);
  if (hits.length === 0) return [];
  const groups = groupsOf(hits, normal);
  const parts = partsOf(groups, normal, gazetteer);
  const evidence: PlaceEvidence[] = [];
  for (const [at, group] of groups.entries()) {
    const part = parts[at];
    if (part === undefined) continue;
    for (const [position, hit] of group.hits.entries()) {
      const behind = group.hits[position - 1] ?? groups[at - 1]?.hits.at(-1);
      const foreign = foreignBefore(hit, behind, normal, names);
      const next = group.hits[position + 1];
      const leads = leadsTo(next, hit, names);
      for (const place of names[hit.term] ?? []) {
        const { target, type } = place;
        if (target === undefined || (foreign && COMMON.has(type))) continue;
        // 温泉碧桂园: an estate in another town than the community of that name. 温泉旗鼓社区: only a part of the city.
        const inOther =
          (type === 'bare' && behind?.end === hit.start && ofOtherTown(target, behind, names, 'any')) ||
          (type === 'weak' && next?.start === hit.end && ofOtherTown(target, next, names, 'village'));
        const base = strengthOf(place, target, {
          text: normal,
          hit,
          leads,
          inOther,
          source,
          ...part,
          book,
        });
        const score = source === 'content' ? base * CONTENT_FACTOR : base;
        const away = isAway(target, source, normal.startsWith('打工', hit.end));
        if (score > 0) evidence.push({ target, score, name: place.text, source, ...part, away });
      }
    }
  }
  return evidence;
}

/** What happens in a neighbour (told by its code) may be brought here by mistake; a far city's affairs seldom are. */
const isAway = (target: PlaceTarget, source: TextSource, working: boolean): boolean =>
  target.kind === 'outside' && (working || (source === 'content' && target.id === target.name));

/** 温泉桂花路 28 号, 永安凤凰社区: a name directly before a road, or a village that isn't another town's, is the town's. */
function leadsTo(next: Hit | undefined, hit: Hit, names: Terms): boolean {
  if (next?.start !== hit.end) return false;
  const towns = (term: number) => names[term]?.map(({ target }) => target?.id) ?? [];
  const isAddress = ({ type, text, target }: PlaceName) => {
    if (type === 'decoy') return /[路街道]$/.test(text);
    return type === 'bare' || (type !== 'weak' && towns(hit.term).includes(target?.id));
  };
  return names[next.term]?.some(isAddress) === true;
}

/** Whether the neighbouring name is of other towns than this one's, and of none else. */
function ofOtherTown(target: PlaceTarget, neighbour: Hit, names: Terms, type: PlaceName['type'] | 'any'): boolean {
  if (target.kind !== 'town') return false;
  const towns = (names[neighbour.term] ?? []).filter((one) => one.target?.kind === 'town');
  return (
    towns.length > 0 && towns.every((one) => one.target?.id !== target.id && (type === 'any' || one.type === type))
  );
}

/** Longest match: a name inside a longer one says nothing, and of two that share characters the longer stays. */
function withoutOverlaps(hits: readonly Hit[], length: number): Hit[] {
  const covered = coveredHits(hits);
  const taken = new Uint8Array(length);
  const kept: Hit[] = [];
  const byLength = hits.filter((hit) => !covered.has(hit)).sort((a, b) => b.end - b.start - (a.end - a.start));
  for (const hit of byLength) {
    // The longer ones are in already: a shorter one overlaps them only by one of its own ends.
    if (taken[hit.start] === 1 || taken[hit.end - 1] === 1) continue;
    taken.fill(1, hit.start, hit.end);
    kept.push(hit);
  }
  return kept.sort((a, b) => a.start - b.start);
}

function groupsOf(hits: readonly Hit[], text: string): Group[] {
  const groups: Group[] = [];
  for (const hit of hits) {
    const group = groups.at(-1);
    const gap = group === undefined || hit.start - group.end > 2 ? undefined : text.slice(group.end, hit.start);
    if (group === undefined || gap === undefined || !(ADJOINING.test(gap) || ENUMERATED.test(gap))) {
      groups.push({ hits: [hit], start: hit.start, end: hit.end });
    } else {
      group.hits.push(hit);
      group.end = hit.end;
    }
  }
  return groups;
}

/** The part of each group; undefined for what the citizen denies or takes back, and for what is no place. */
function partsOf(groups: readonly Group[], text: string, { prefix, names }: PlaceNames): (Part | undefined)[] {
  const parts: (Part | undefined)[] = [];
  let last = -1;
  let lastDenied = false;
  for (const [at, group] of groups.entries()) {
    parts.push(undefined);
    if (!group.hits.some((hit) => names[hit.term]?.some(({ target }) => target !== undefined))) continue;
    const before = text.slice(clauseStart(text, group.start), group.start).replace(prefix, '');
    const clause = clauseEnd(text, group.end);
    const next = groups[at + 1]?.start ?? text.length;
    const after = text.slice(group.end, Math.min(clause, next));
    const from = Math.max(groups[last]?.end ?? group.start, group.start - BETWEEN);
    const between = text.slice(from, group.start).replace(prefix, '');
    const stated: Part = { role: 'stated', disputed: false };
    const corrected = last >= 0 && correctsTo(between);
    if (corrected) parts[last] = undefined;
    if (corrected || (lastDenied && turnsTo(between))) {
      parts[at] = stated;
      lastDenied = false;
    } else {
      if (parts[last] !== undefined && contrasts(between)) parts[last] = stated;
      if (parts[last] !== undefined && borders(between, after)) parts[last] = { role: 'plain', disputed: true };
      lastDenied = denied(before, text.slice(group.end, Math.min(clause + 1, group.end + REACH)));
      const role = roleOf({ before, after, beforeName: next < clause });
      if (!lastDenied) parts[at] = { role, disputed: disputed(before, after) };
    }
    last = at;
  }
  return parts;
}

function clauseStart(text: string, from: number): number {
  const least = Math.max(0, from - REACH);
  for (let at = from; at > least; at--) if (CLAUSE_END.includes(text.charAt(at - 1))) return at;
  return least;
}

function clauseEnd(text: string, from: number): number {
  const most = Math.min(text.length, from + REACH);
  for (let at = from; at < most; at++) if (CLAUSE_END.includes(text.charAt(at))) return at;
  return most;
}

/** Names that many counties have: 上海马桥, 赤壁市石桥村 and 嘉鱼县官桥镇石桥村 are those of the place before them. */
const COMMON: ReadonlySet<string> = new Set(['weak', 'bare', 'village']);
const FOREIGN_TOWN = /^[市县区]?[^,。!?;\n、和与到在的]{1,4}[镇乡]$/;

function foreignBefore(hit: Hit, behind: Hit | undefined, text: string, names: Terms): boolean {
  if (behind === undefined || hit.start - behind.end > 6) return false;
  if (!names[behind.term]?.some(({ target }) => target?.kind === 'outside')) return false;
  const gap = text.slice(behind.end, hit.start);
  return gap.length <= 1 ? !ENUMERATED.test(gap) : FOREIGN_TOWN.test(gap);
}
