/** 第二意见: asks a language model which rows of the catalogue masked words fall under. */
import type { RankedLabel } from '#domain/catalogue/text-model.ts';
import type { CatalogueRow } from '#schemas/district.ts';

export interface MaskedWords {
  readonly title: string;
  readonly content: string;
}

/** @throws OpinionUnavailable */
export type AskOpinion = (
  words: MaskedWords,
  rows: readonly Pick<CatalogueRow, 'code' | 'category' | 'name'>[],
) => Promise<readonly RankedLabel[]>;

/** No opinion this time; `code` says why and holds nothing of the question or the answer. */
export class OpinionUnavailable extends Error {
  override readonly name = 'OpinionUnavailable';
  readonly code: string;

  constructor(code: string) {
    super('the language model gave no opinion');
    this.code = code;
  }
}
