import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import {
  ClockStopped,
  type OfficeClock,
  type OfficeClockOptions,
  officeNowFrom,
  openOfficeClock,
} from '#infra/local/plane/office-clock.ts';
import { afterThisTest, temporaryFolder } from './support.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function open(o: Partial<OfficeClockOptions> & { file: string }): OfficeClock {
  const clock = openOfficeClock({ speed: 1, ...o });
  afterThisTest(() => clock.stop());
  return clock;
}

const newFile = (): string => join(temporaryFolder(), 'clock.json');

test('at speed 1 without history, office time is real time', () => {
  const before = Date.now();
  const now = open({ file: newFile() }).now();
  expect(now).toBeGreaterThanOrEqual(before);
  expect(now).toBeLessThanOrEqual(Date.now());
});

test('office time never goes back across restarts, and runs on from where it was ahead', () => {
  const file = newFile();
  const first = open({ file });
  first.advanceTo(Date.now() + 40 * DAY);
  const reached = first.now();
  first.stop();
  const second = open({ file });
  expect(second.now()).toBeGreaterThanOrEqual(reached);
  expect(second.now()).toBeLessThan(reached + HOUR);
});

test('after a stop behind real time, a running clock catches up with it and a frozen one stays', () => {
  const file = newFile();
  const longAgo = Date.now() - 30 * DAY;
  const frozen = open({ file, frozen: true, startAt: longAgo });
  expect(frozen.now()).toBe(longAgo);
  frozen.stop();
  const again = open({ file, frozen: true });
  expect(again.now()).toBe(longAgo);
  again.stop();
  expect(open({ file }).now()).toBeGreaterThan(longAgo + 29 * DAY);
});

test('a speed takes effect at once on those who already sleep', async () => {
  const clock = open({ file: newFile() });
  const target = clock.now() + 365 * DAY;
  const asleep = clock.sleepUntil(target);
  expect(clock.nextWake()).toBe(target);
  clock.setSpeed(1e12);
  await asleep;
  expect(clock.now()).toBeGreaterThanOrEqual(target);
  expect(clock.speed()).toBe(1e12);
});

test('a frozen clock moves only by steps, which wake the sleepers in the order of their times', async () => {
  const clock = open({ file: newFile(), frozen: true });
  const start = clock.now();
  const woken: string[] = [];
  const sleepers = [
    clock.sleepUntil(start + 60 * DAY).then(() => woken.push('late')),
    clock.sleepUntil(start + HOUR).then(() => woken.push('early')),
    clock.sleepUntil(start + 2 * HOUR).then(() => woken.push('middle')),
  ];
  expect(clock.now()).toBe(start);
  while (clock.nextWake() !== undefined) {
    clock.advanceTo(clock.nextWake() ?? 0);
    await new Promise(setImmediate);
  }
  await Promise.all(sleepers);
  expect(woken).toEqual(['early', 'middle', 'late']);
  expect(clock.now()).toBe(start + 60 * DAY);
  clock.advanceTo(start);
  expect(clock.now()).toBe(start + 60 * DAY);
  expect(() => clock.setSpeed(2)).toThrow('frozen');
});

test('a sleep of more than 24.8 days does not return at once', async () => {
  const clock = open({ file: newFile() });
  const abort = new AbortController();
  const asleep = clock.sleepUntil(clock.now() + 200 * DAY, abort.signal);
  const first = await Promise.race([
    asleep.then(() => 'woke'),
    new Promise((resolve) => setTimeout(() => resolve('asleep'), 50)),
  ]);
  expect(first).toBe('asleep');
  abort.abort(new Error('enough'));
  await expect(asleep).rejects.toThrow('enough');
  expect(clock.nextWake()).toBeUndefined();
});

test('stopping rejects the sleepers', async () => {
  const clock = open({ file: newFile(), frozen: true });
  const asleep = clock.sleepUntil(clock.now() + DAY);
  clock.stop();
  await expect(asleep).rejects.toThrow(ClockStopped);
  await expect(clock.sleepUntil(clock.now() + DAY)).rejects.toThrow(ClockStopped);
});

test('thousands of sleepers wake in order', async () => {
  const clock = open({ file: newFile(), frozen: true });
  const start = clock.now();
  const woken: number[] = [];
  const offsets = Array.from({ length: 5_000 }, (_, i) => 1 + ((i * 7_919) % 5_003));
  const all = Promise.all(offsets.map((offset) => clock.sleepUntil(start + offset).then(() => woken.push(offset))));
  clock.advanceTo(start + 10_000);
  await all;
  expect(woken).toEqual([...offsets].sort((a, b) => a - b));
});

test('a worker thread reads the same time, and sees a step at once', async () => {
  const clock = open({ file: newFile(), frozen: true });
  expect(officeNowFrom(clock.shared)()).toBe(clock.now());
  const code = `
    import { parentPort, workerData } from 'node:worker_threads';
    const { officeNowFrom } = await import(workerData.module);
    const now = officeNowFrom(workerData.shared);
    parentPort.on('message', () => parentPort.postMessage(now()));
    parentPort.postMessage(now());`;
  const module = new URL('../../../infra/local/plane/office-clock.ts', import.meta.url).href;
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
    workerData: { shared: clock.shared, module },
    execArgv: [],
  });
  afterThisTest(async () => void (await worker.terminate()));
  const next = (): Promise<number> => new Promise((resolve) => worker.once('message', resolve));
  expect(await next()).toBe(clock.now());
  clock.advanceTo(clock.now() + 90 * DAY);
  const answer = next();
  worker.postMessage('now');
  expect(await answer).toBe(clock.now());
});
