const SECONDS = 1;

/** Calls `work` for about a second after warming up; calls/s. */
export function rate(work: (round: number) => unknown): number {
  for (let round = 0; round < 500; round++) work(round);
  const start = performance.now();
  let round = 0;
  let last: unknown;
  for (; performance.now() - start < SECONDS * 1000; round++) last = work(round);
  // Said so that nobody, the engine included, takes the work for useless.
  if (last === undefined) throw new TypeError('work without a result');
  return Math.round(round / ((performance.now() - start) / 1000));
}
