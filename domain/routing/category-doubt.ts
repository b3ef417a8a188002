/**
 * 类别存疑: a category that came with the request and doesn't fit its words. The seat's choice is kept, because a person made
 * it; but a slip of the mouse sends a ticket to the wrong unit, so the desk is shown what the words speak of.
 */
import type { Catalogue, CatalogueRow } from '#schemas/district.ts';
import { type RankedRow, rankConfidence } from '../catalogue/classify.ts';
import type { RankedLabel } from '../catalogue/text-model.ts';

export interface Doubt {
  readonly row: CatalogueRow;
  readonly by: 'keywords' | 'model';
}

/** Keywords of another class must be this sure … */
const KEYWORDS_SURE = 0.7;
/** … and those of the given rows weaker than this share of them. */
const OUTWEIGHED = 0.5;
/** The model must give all rows of the other class this much together … */
const MODEL_SURE = 0.8;
/** … and all of the given class at most this; with keywords that object, at most the second. */
const MODEL_DENIES = 0.05;
const MODEL_DOUBTS = 0.3;

const classOf = ({ code }: Pick<CatalogueRow, 'code'>): string => code.slice(0, 2);

/** `given`: the rows under the category that came with the request; none when there was none or it is unknown. */
export function doubtOf(
  given: readonly CatalogueRow[],
  ranked: readonly RankedRow[],
  labels: readonly RankedLabel[] | undefined,
  catalogue: Catalogue,
): Doubt | undefined {
  const [first] = given;
  if (first === undefined) return undefined;
  const own = classOf(first);
  const model = labels === undefined ? undefined : readModel(own, labels, catalogue);
  const contrary = byKeywords(own, ranked);
  if (contrary !== undefined && (model === undefined || model.own <= MODEL_DOUBTS)) {
    return { row: contrary, by: 'keywords' };
  }
  if (model?.other === undefined || model.own > MODEL_DENIES || model.sure < MODEL_SURE) return undefined;
  return { row: model.other, by: 'model' };
}

function byKeywords(own: string, ranked: readonly RankedRow[]): CatalogueRow | undefined {
  const others = ranked.filter(({ row }) => classOf(row) !== own);
  const [best] = others;
  if (best === undefined) return undefined;
  const rival = others.find(({ row }) => classOf(row) !== classOf(best.row));
  const supported = ranked.some(({ row, score }) => classOf(row) === own && score >= best.score * OUTWEIGHED);
  return !supported && rankConfidence(best, rival) >= KEYWORDS_SURE ? best.row : undefined;
}

interface ModelView {
  /** Probability of the given class. */
  readonly own: number;
  /** The most probable row of the class that is most probable beside it, and that class's probability. */
  readonly other: CatalogueRow | undefined;
  readonly sure: number;
}

function readModel(own: string, labels: readonly RankedLabel[], { rows }: Catalogue): ModelView {
  const known = new Map(rows.map((row) => [row.code, row]));
  const classes = new Map<string, { row: CatalogueRow; sum: number }>();
  for (const { label, probability } of labels) {
    const row = known.get(label);
    if (row === undefined) continue;
    const so = classes.get(classOf(row));
    classes.set(classOf(row), { row: so?.row ?? row, sum: (so?.sum ?? 0) + probability });
  }
  const [other] = [...classes].filter(([name]) => name !== own).sort(([, a], [, b]) => b.sum - a.sum);
  return { own: classes.get(own)?.sum ?? 0, other: other?.[1].row, sure: other?.[1].sum ?? 0 };
}
