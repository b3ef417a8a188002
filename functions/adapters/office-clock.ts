/**
 * Office time (办公时间轴): what limits and retries run on. On AWS it is real time; a local run may install a hook that
 * runs faster or is stepped by a test. Signatures, tokens and HTTP timeouts stay on `Date.now()`.
 */
const hook = Symbol.for('jieban.officeNow');

/** Epoch milliseconds of office time. */
export function officeNow(): number {
  const installed = (globalThis as { [hook]?: () => number })[hook];
  return installed === undefined ? Date.now() : installed();
}
