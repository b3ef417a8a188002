/**
 * The district's text model, shipped as `model.bin` beside the code of the functions that read words (infra/bundle.ts). A district
 * without one is read by its keywords alone.
 */
import { existsSync, readFileSync } from 'node:fs';
import { classifyText, readModel, type TextModel } from '#domain/catalogue/text-model.ts';
import type { ReadText } from '#domain/routing/choose-row.ts';

let loaded: { readonly model: TextModel | undefined } | undefined;

/** Undefined without a model. @throws BrokenModelError for a damaged file. */
export function textReader(): ReadText | undefined {
  if (loaded === undefined) {
    const file = new URL('./model.bin', import.meta.url);
    loaded = { model: existsSync(file) ? readModel(readFileSync(file)) : undefined };
  }
  const { model } = loaded;
  return model === undefined ? undefined : (text) => classifyText(model, text).ranked;
}
