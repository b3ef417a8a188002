/** 类别: which catalogue row a request is decided by, and how sure of the *owner* that makes us. */
import type { Kind } from '#schemas/common.ts';
import type { Catalogue, CatalogueRow, District } from '#schemas/district.ts';
import { type RankedRow, rankConfidence, rankRows, rowsUnder } from '../catalogue/classify.ts';
import { meaningOf, type RankedLabel } from '../catalogue/text-model.ts';
import { type Doubt, doubtOf } from './category-doubt.ts';

export interface ChosenRow {
  readonly row?: CatalogueRow;
  readonly confidence: number;
  readonly evidence: readonly string[];
  readonly runnersUp: readonly RankedRow[];
  /** True when the category that came with the request was used. */
  readonly given: boolean;
  /** 类别存疑: what the words speak of instead of the category that was given. */
  readonly doubt?: Doubt | undefined;
}

/** A seat that picked a row by hand is rarely wrong, and never certain. */
const GIVEN = 0.95;

/** What a text model says of a request: rows by code, most probable first (see `domain/catalogue/text-model.ts`). */
export type ReadText = (text: { readonly title: string; readonly content: string }) => readonly RankedLabel[];

/** The model has learnt the keywords, too: against them it is followed when it is this sure of the owner. */
const MODEL_ALONE = 0.5;
/** Share of the model's opinion that must lie on the rows in question. */
const LEAST_SHARE = 0.2;
/** From this share on it counts in full. */
const BELIEVED = 0.75;
/** From here on the model's other opinion counts. */
const MODEL_OBJECTS = 0.2;

export interface ChooseInput {
  readonly kind: Kind;
  readonly title: string;
  readonly content: string;
  readonly category?: string | undefined;
}

/**
 * `ownerOf` answers whom a row would give the request to. Two rows that lead to the same owner are no rivals: the owner is
 * sure even where the sub-class is not.
 */
export function chooseRow(
  input: ChooseInput,
  district: District,
  ownerOf: (row: CatalogueRow) => string,
  read?: ReadText,
): ChosenRow {
  const { catalogue } = district;
  const under = input.category === undefined ? [] : rowsUnder(input.category, catalogue);
  const ranked = rankRows(input, catalogue, { kind: input.kind });
  const labels = read === undefined ? undefined : ofThisCatalogue(read(input), catalogue);
  const single = under.length === 1 ? under[0] : undefined;
  const chosen =
    single === undefined ? byWords(input, district, { ownerOf, under, ranked, labels }) : givenRow(single, ranked);
  const doubt = doubtOf({ under, ranked, labels, ownerOf }, catalogue);
  if (doubt === undefined) return chosen;
  const { code, name } = doubt.row;
  return { ...chosen, doubt, evidence: [...chosen.evidence, `类别存疑:文字更像 ${code} ${name},请核对`] };
}

export interface Readings {
  readonly ownerOf: (row: CatalogueRow) => string;
  /** Rows of the class that came with the request. */
  readonly under: readonly CatalogueRow[];
  readonly ranked: readonly RankedRow[];
  readonly labels: readonly RankedLabel[] | undefined;
}

function byWords(input: ChooseInput, { catalogue, thresholds }: District, readings: Readings): ChosenRow {
  const { ownerOf, under, ranked } = readings;
  const given = under.length > 0;
  const evidence: string[] = [];
  if (input.category !== undefined) {
    evidence.push(given ? `给定类别 ${input.category}` : `给定类别 ${input.category} 不在目录中,改按文字识别`);
  }
  const likely = likelyRow(input, catalogue, readings);
  const inCategory = given ? ranked.filter((candidate) => under.includes(candidate.row)) : ranked;
  const [best, ...others] = inCategory;
  if (best === undefined) {
    return likely === undefined
      ? onlyCategory(under, ownerOf, evidence, ranked)
      : { ...byModel(likely, evidence), runnersUp: [], given };
  }
  const owner = ownerOf(best.row);
  const rival = others.find((candidate) => ownerOf(candidate.row) !== owner);
  const confidence = rankConfidence(best, rival);
  evidence.push(`关键词${best.keywords.slice(0, 4).map(quoted).join('')}`);
  if (likely !== undefined) {
    const runnersUp = inCategory.filter(({ row }) => row !== likely.row).slice(0, 3);
    const read = byModel(likely, evidence);
    if (likely.owner === owner) {
      return { ...read, confidence: Math.max(confidence, read.confidence), runnersUp, given };
    }
    if (likely.probability >= MODEL_ALONE) return { ...read, runnersUp, given };
    // Two readers, two owners: a person reads it. A model that is quite unsure has no say against words of the catalogue.
    if (likely.probability >= MODEL_OBJECTS) {
      return { ...read, confidence: Math.min(read.confidence, thresholds.category - 0.01), runnersUp, given };
    }
  }
  if (others[0] !== undefined && others[0] !== rival && confidence > rankConfidence(best, others[0])) {
    evidence.push(`另有相近小类 ${others[0].row.code},承办单位一致`);
  }
  return { row: best.row, confidence, evidence, runnersUp: others.slice(0, 3), given };
}

/** A label whose row is gone, or is another matter's by now, says nothing any more. */
function ofThisCatalogue(labels: readonly RankedLabel[], { rows }: Catalogue): readonly RankedLabel[] {
  const known = new Map(rows.map((row) => [row.code, row]));
  return labels.filter(({ label, meaning }) => {
    const row = known.get(label);
    return row !== undefined && (meaning === undefined || meaning === meaningOf(row));
  });
}

interface LikelyRow {
  readonly row: CatalogueRow;
  readonly owner: string;
  /** Of the owner: of all the rows that lead to it. */
  readonly probability: number;
}

/** The owner that the model is surest of, by its most probable row; undefined without a model. */
function likelyRow(input: ChooseInput, catalogue: Catalogue, readings: Readings): LikelyRow | undefined {
  const { ownerOf, under, labels } = readings;
  if (labels === undefined) return undefined;
  const rows = new Map(catalogue.rows.map((row) => [row.code, row]));
  const owners = new Map<string, { row: CatalogueRow; probability: number }>();
  let total = 0;
  for (const { label, probability } of labels) {
    const row = rows.get(label);
    if (row === undefined || (under.length > 0 && !under.includes(row)) || !isFor(row, input.kind)) continue;
    total += probability;
    const owner = ownerOf(row);
    const known = owners.get(owner);
    owners.set(owner, { row: known?.row ?? row, probability: (known?.probability ?? 0) + probability });
  }
  const [best] = [...owners].sort(([, a], [, b]) => b.probability - a.probability);
  // Most of what it thinks of lies elsewhere, in rows that are gone or not asked about: then it knows nothing of these.
  if (best === undefined || total < LEAST_SHARE) return undefined;
  const [owner, { row, probability }] = best;
  // Within a class that somebody chose the rest doesn't count, as far as the model believes in that class at all.
  const share = under.length > 0 ? probability / Math.max(total, BELIEVED) : probability;
  return { row, owner, probability: share };
}

const isFor = ({ kinds }: CatalogueRow, kind: Kind): boolean => kinds.length === 0 || kinds.includes(kind);

function byModel(
  { row, probability }: LikelyRow,
  evidence: readonly string[],
): Pick<ChosenRow, 'row' | 'confidence' | 'evidence'> {
  const confidence = Math.min(probability, GIVEN);
  return {
    row,
    confidence,
    evidence: [...evidence, `文字识别 ${row.code} ${row.name}(${Math.round(confidence * 100)}%)`],
  };
}

const quoted = (keyword: string) => `「${keyword}」`;

function givenRow(row: CatalogueRow, ranked: readonly RankedRow[]): ChosenRow {
  const others = ranked.filter((candidate) => candidate.row !== row);
  return { row, confidence: GIVEN, evidence: [`给定类别 ${row.code}`], runnersUp: others.slice(0, 3), given: true };
}

/** No keyword speaks: a category whose rows all lead to one owner still decides; otherwise nobody guesses. */
function onlyCategory(
  under: readonly CatalogueRow[],
  ownerOf: (row: CatalogueRow) => string,
  evidence: readonly string[],
  ranked: readonly RankedRow[],
): ChosenRow {
  const [first] = under;
  const runnersUp = ranked.slice(0, 3);
  if (first === undefined || under.some((row) => ownerOf(row) !== ownerOf(first))) {
    const what = [...evidence, '没有足以判断类别的关键词'];
    return { confidence: 0, evidence: what, runnersUp, given: under.length > 0 };
  }
  const what = [...evidence, '该类各小类承办单位一致'];
  return { row: first, confidence: GIVEN, evidence: what, runnersUp, given: true };
}
