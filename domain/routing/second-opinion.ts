/**
 * 第二意见: from what a language model says of masked words to candidates of the catalogue in use. The model names rows; whom a
 * row goes to, and where, stays the catalogue's own rule.
 */
import type { District } from '#schemas/district.ts';
import type { OpinionCandidate } from '#schemas/routing.ts';
import type { RankedLabel } from '../catalogue/text-model.ts';
import { type Circumstances, dispose } from './dispose.ts';

/** As many as a person reads. */
const MOST = 5;

/** Codes that are in no row are dropped, a code named twice counts once; most probable first. */
export function opinionCandidates(
  labels: readonly RankedLabel[],
  circumstances: Circumstances,
  district: District,
): OpinionCandidate[] {
  const rows = new Map(district.catalogue.rows.map((row) => [row.code, row]));
  const named = new Map<string, OpinionCandidate>();
  for (const { label: code, probability } of labels) {
    const row = rows.get(code);
    if (row === undefined || named.has(code)) continue;
    const share = Number.isFinite(probability) ? Math.min(1, Math.max(0, probability)) : 0;
    named.set(code, { code, owner: dispose(row, circumstances, district).unit, probability: share });
  }
  return [...named.values()].sort((one, other) => other.probability - one.probability).slice(0, MOST);
}
