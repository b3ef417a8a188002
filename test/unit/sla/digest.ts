/** Prints one digest of many clocks. Run as a process of its own under different time zones by time-zone.test.ts. */
import { createHash } from 'node:crypto';
import { DAY, fromIso, HOUR } from '#domain/calendar/shanghai.ts';
import { moveDeadline, resumeClock, startClock, stopClock } from '#domain/sla/clock.ts';
import { TimedClockId } from '#schemas/sla.ts';
import { xianan, xiananLimits } from '../calendar/xianan.ts';

const rules = { calendar: xianan, profile: xiananLimits };
const hash = createHash('sha256');
const first = fromIso('2024-01-01T00:00:00+08:00');
const last = fromIso('2027-01-15T00:00:00+08:00');
for (let startedAt = first; startedAt < last; startedAt += 71 * HOUR) {
  for (const clock of TimedClockId.options) {
    const started = startClock(rules, { clock, kind: 'report', urgency: 'normal', holder: 'hotline', startedAt }, []);
    const resumed = resumeClock(rules, stopClock(started, startedAt + HOUR), startedAt + DAY, [started]);
    const extended = moveDeadline(rules, resumed, fromIso(resumed.dueAt) + DAY, startedAt + DAY, [started, resumed]);
    hash.update(JSON.stringify([started, resumed, extended]));
  }
}
console.log(JSON.stringify({ localHour: new Date(first).getHours(), digest: hash.digest('hex') }));
