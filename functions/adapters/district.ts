/** The district (区县配置) that this function was deployed for: compiled and validated at synth, shipped beside the code. */
import { readFileSync } from 'node:fs';
import type { District } from '#schemas/district.ts';

let loaded: District | undefined;

export function district(): District {
  loaded ??= JSON.parse(readFileSync(new URL('./district.json', import.meta.url), 'utf8')) as District;
  return loaded;
}

/** For whoever runs functions without a bundle beside them: tests that import a handler from its source. */
export function useDistrict(given: District): void {
  loaded = given;
}
