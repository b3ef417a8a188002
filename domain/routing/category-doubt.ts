/**
 * 类别存疑: a category that came with the request and doesn't fit its words. The seat's choice is kept, because a person made
 * it; but a slip of the mouse sends a ticket to the wrong unit, so the desk is shown what the words speak of.
 */
import type { Catalogue, CatalogueRow } from '#schemas/district.ts';
import { rankConfidence } from '../catalogue/classify.ts';
import type { Readings } from './choose-row.ts';

export interface Doubt {
  readonly row: CatalogueRow;
  readonly by: 'keywords' | 'model';
}

/** Keywords of another matter must be this sure … */
const KEYWORDS_SURE = 0.7;
/** … and those of the given rows weaker than this share of them. */
const OUTWEIGHED = 0.5;
/** The model must give another owner's rows, or another class's, this much together … */
const MODEL_SURE = 0.8;
/** … and the given ones at most this; with keywords that object, at most the second. */
const MODEL_DENIES = 0.05;
const MODEL_DOUBTS = 0.3;

/**
 * Another matter is a row of another class, or one of the same class that leads to another owner. `under`: the rows of the
 * category that came with the request; none when there was none or it is unknown.
 */
export function doubtOf({ under, ranked, labels, ownerOf }: Readings, { rows }: Catalogue): Doubt | undefined {
  const [first] = under;
  if (first === undefined) return undefined;
  const owners = new Set(under.map(ownerOf));
  const isGiven = (row: CatalogueRow): boolean => classOf(row) === classOf(first) && owners.has(ownerOf(row));
  const model = labels === undefined || labels.length === 0 ? undefined : opinion(labels, rows, isGiven, ownerOf);

  const others = ranked.filter(({ row }) => !isGiven(row));
  const [best] = others;
  if (best !== undefined && (model === undefined || model.given <= MODEL_DOUBTS)) {
    const rival = others.find(({ row }) => ownerOf(row) !== ownerOf(best.row));
    const supported = ranked.some(({ row, score }) => isGiven(row) && score >= best.score * OUTWEIGHED);
    if (!supported && rankConfidence(best, rival) >= KEYWORDS_SURE) return { row: best.row, by: 'keywords' };
  }
  if (model?.other === undefined || model.given > MODEL_DENIES || model.sure < MODEL_SURE) return undefined;
  return { row: model.other, by: 'model' };
}

const classOf = ({ code }: CatalogueRow): string => code.slice(0, 2);

/** How probable the given rows are together, and the most probable owner beside them by its most probable row. */
function opinion(
  labels: NonNullable<Readings['labels']>,
  rows: readonly CatalogueRow[],
  isGiven: (row: CatalogueRow) => boolean,
  ownerOf: (row: CatalogueRow) => string,
): { readonly given: number; readonly other: CatalogueRow | undefined; readonly sure: number } {
  const known = new Map(rows.map((row) => [row.code, row]));
  const byOwner = new Map<string, { row: CatalogueRow; sum: number }>();
  let given = 0;
  for (const { label, probability } of labels) {
    const row = known.get(label);
    if (row === undefined) continue;
    if (isGiven(row)) {
      given += probability;
      continue;
    }
    const owner = ownerOf(row);
    const so = byOwner.get(owner);
    byOwner.set(owner, { row: so?.row ?? row, sum: (so?.sum ?? 0) + probability });
  }
  const [best] = [...byOwner.values()].sort((one, other) => other.sum - one.sum);
  return { given, other: best?.row, sure: best?.sum ?? 0 };
}
