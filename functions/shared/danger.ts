/** 紧急提示: the district's own words for a request that sounds like danger to life. */
import { type DangerBook, detectDanger } from '#domain/routing/danger.ts';
import type { District } from '#schemas/district.ts';
import type { DangerNotice } from '#schemas/intake.ts';

/** The numbers to call, in the order in which the text gives reason for them; empty when it gives none. */
export const dangerNumbers = (text: string, district: DangerBook): readonly string[] =>
  detectDanger(text, district)?.numbers ?? [];

/** An addition that speaks of danger says so to the desk. */
export function hear<C extends { readonly command: string }>(command: C, district: DangerBook): C {
  const danger = 'text' in command ? detectDanger(String(command.text), district) : undefined;
  return danger === undefined ? command : { ...command, danger };
}

/** What the answer says at once. It advises; software does not transfer a call. */
export function dangerNotice(
  numbers: readonly string[],
  ticketNo: string,
  { texts }: Pick<District, 'texts'>,
): DangerNotice {
  const values: Readonly<Record<string, string>> = { numbers: numbers.join('、'), ticketNo };
  return {
    call: [...numbers],
    message: texts.dangerNotice.replaceAll(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole),
  };
}
