/**
 * The district's text model, shipped as `model.bin` beside the code of the functions that read words (infra/bundle.ts). A district
 * without one is read by its keywords alone.
 */
import { existsSync, readFileSync } from 'node:fs';
import { reader, readModel } from '#domain/catalogue/text-model.ts';
import type { ReadText } from '#domain/routing/choose-row.ts';

let loaded: { readonly read: ReadText | undefined } | undefined;

/** Undefined without a model. @throws BrokenModelError for a damaged file. */
export function textReader(): ReadText | undefined {
  if (loaded === undefined) {
    const file = new URL('./model.bin', import.meta.url);
    loaded = { read: existsSync(file) ? reader(readModel(readFileSync(file))) : undefined };
  }
  return loaded.read;
}
