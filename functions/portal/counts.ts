/** 今日、昨日诉求量 per channel, for the start page. Kept some seconds, so that a reload costs the table nothing. */
import { DAY, toShanghai } from '#domain/calendar/shanghai.ts';
import { officeNow } from '#functions/adapters/office-clock.ts';
import { receiptsOn } from '#functions/adapters/receipt-counts.ts';
import { log } from '#functions/shared/log.ts';
import { Channel } from '#schemas/common.ts';

/** `undefined`: could not be counted. */
export interface ChannelCount {
  readonly channel: Channel;
  readonly today: number | undefined;
  readonly yesterday: number | undefined;
}

/** Real milliseconds. A failure is kept as well: who looks at a page mustn't press on a table in trouble. */
const KEPT_MS = 5_000;
/** The page is worth more than its numbers. */
const PATIENCE_MS = 2_000;

let kept: { readonly until: number; readonly counts: Promise<readonly ChannelCount[]> } | undefined;

/** Never rejects. */
export function requestCounts(): Promise<readonly ChannelCount[]> {
  const now = Date.now();
  if (kept === undefined || now >= kept.until) kept = { until: now + KEPT_MS, counts: countAll() };
  return kept.counts;
}

/** For tests: the next page counts anew. */
export function forgetCounts(): void {
  kept = undefined;
}

function countAll(): Promise<readonly ChannelCount[]> {
  const now = officeNow();
  const signal = AbortSignal.timeout(PATIENCE_MS);
  return Promise.all(
    Channel.options.map(async (channel) => {
      const [today, yesterday] = await Promise.all([count(channel, now, signal), count(channel, now - DAY, signal)]);
      return { channel, today, yesterday };
    }),
  );
}

async function count(channel: Channel, instant: number, signal: AbortSignal): Promise<number | undefined> {
  try {
    return await receiptsOn(channel, toShanghai(instant), signal);
  } catch (error) {
    log.warn('requests of a day not counted', { channel, code: error instanceof Error ? error.name : typeof error });
    return undefined;
  }
}
