/** 端点状态: the breaker, its probe, its end; disabling; how many at a time. */
import { describe, expect, it } from 'vitest';
import { toShanghai } from '#domain/calendar/shanghai.ts';
import { LEASE_MS } from '#domain/delivery/delivery.ts';
import {
  BREAKER_FAILURES,
  begun,
  DISABLED_AFTER_MS,
  enabled,
  ended,
  fresh,
  gateOf,
  type HealthChange,
  MOST_IN_FLIGHT,
  openFor,
  type Result,
  resultOf,
} from '#domain/delivery/endpoint.ts';
import { EndpointHealth } from '#schemas/endpoint.ts';

const START = Date.parse('2026-11-23T09:00:00+08:00');
const MINUTE = 60_000;

class Unit {
  health = fresh('renshe');
  office = START;
  real = 0;
  readonly changes: HealthChange[] = [];
  #n = 0;

  get gate() {
    return gateOf(this.health, this);
  }
  begin(): string {
    expect(this.gate.kind).toBe('go');
    const id = `XA-${++this.#n}`;
    this.health = EndpointHealth.parse(begun(this.health, id, this));
    return id;
  }
  end(id: string, result: Result): this {
    const { health, change } = ended(this.health, id, result, this);
    this.health = EndpointHealth.parse(health);
    if (change !== undefined) this.changes.push(change);
    return this;
  }
  try(result: Result, times = 1): this {
    for (let time = 0; time < times; time++) this.end(this.begin(), result);
    return this;
  }
  later(ms: number): this {
    this.office += ms;
    return this;
  }
}

describe('the breaker', () => {
  it('opens after five failures in a row, whatever was before', () => {
    const unit = new Unit()
      .try('failure', BREAKER_FAILURES - 1)
      .try('success')
      .try('failure', BREAKER_FAILURES - 1);
    expect(unit.health).toMatchObject({ state: 'closed', failures: BREAKER_FAILURES - 1 });
    unit.try('failure');
    expect(unit.changes).toEqual(['opened']);
    expect(unit.gate).toEqual({ kind: 'wait', until: START + MINUTE });
  });

  it('stays open for 1, 2, 4, 8, 16, 30 and 30 minutes while its probes fail', () => {
    const unit = new Unit().try('failure', BREAKER_FAILURES);
    const minutes = [1, 2, 4, 8, 16, 30, 30];
    for (const [trip, minute] of minutes.entries()) {
      expect(openFor(trip + 1)).toBe(minute * MINUTE);
      expect(unit.gate).toEqual({ kind: 'wait', until: unit.office + minute * MINUTE });
      unit.later(minute * MINUTE - 1);
      expect(unit.gate.kind).toBe('wait');
      unit.later(1);
      expect(unit.gate).toEqual({ kind: 'go', probe: true });
      unit.try('failure');
    }
    expect(unit.changes).toEqual(['opened']);
    expect(openFor(5000)).toBe(30 * MINUTE);
  });

  it('lets one probe through, and another when its worker died', () => {
    const unit = new Unit().try('failure', BREAKER_FAILURES).later(MINUTE);
    unit.begin();
    expect(unit.gate).toEqual({ kind: 'crowded' });
    unit.real += LEASE_MS;
    expect(unit.gate).toEqual({ kind: 'go', probe: true });
    unit.try('success');
    expect(unit.health).toMatchObject({ state: 'closed', failures: 0, trips: 0, recoveredAt: toShanghai(unit.office) });
    expect(unit.health).not.toHaveProperty('failingSince');
    expect(unit.changes).toEqual(['opened', 'closed']);
  });

  it('is closed by any success, and lengthened by its probe alone', () => {
    const unit = new Unit();
    const [slow, slower] = [unit.begin(), unit.begin()];
    unit.try('failure', BREAKER_FAILURES);
    const open = unit.gate;
    unit.end(slow, 'failure');
    expect(unit.gate).toEqual(open);
    expect(unit.health).toMatchObject({ failures: BREAKER_FAILURES + 1, trips: 1 });
    unit.end(slower, 'success');
    expect(unit.health).toMatchObject({ state: 'closed', failures: 0 });
  });

  it('forgets an attempt that was not made', () => {
    const unit = new Unit().try('failure', BREAKER_FAILURES).later(MINUTE).try('nothing');
    expect(unit.gate).toEqual({ kind: 'go', probe: true });
    expect(unit.health.failures).toBe(BREAKER_FAILURES);
  });
});

describe('attempts at a time', () => {
  it('are limited, and count until their leases end', () => {
    const unit = new Unit();
    const ids = Array.from({ length: MOST_IN_FLIGHT }, () => unit.begin());
    expect(unit.gate).toEqual({ kind: 'crowded' });
    unit.end(ids[0]!, 'success');
    expect(unit.gate.kind).toBe('go');
    unit.begin();
    unit.real += LEASE_MS;
    expect(unit.gate.kind).toBe('go');
    unit.begin();
    expect(unit.health.inFlight).toHaveLength(1);
  });
});

describe('an endpoint is disabled', () => {
  it('by 410, at once', () => {
    const unit = new Unit().try('gone');
    expect(unit.health).toMatchObject({ state: 'disabled', disabledWhy: 'gone', disabledAt: toShanghai(START) });
    expect(unit.gate).toEqual({ kind: 'disabled' });
    expect(unit.changes).toEqual(['disabled']);
  });

  it('by 120 hours of unbroken failure, not a moment before', () => {
    const unit = new Unit()
      .try('failure')
      .later(DISABLED_AFTER_MS - 1)
      .try('failure');
    expect(unit.health.state).toBe('closed');
    unit.later(1).try('failure');
    expect(unit.health).toMatchObject({ state: 'disabled', disabledWhy: 'unreachable' });
  });

  it('not when one success came in between', () => {
    const unit = new Unit()
      .try('failure')
      .later(DISABLED_AFTER_MS - 1)
      .try('success')
      .later(2)
      .try('failure');
    expect(unit.health).toMatchObject({ state: 'closed', failures: 1, failingSince: toShanghai(unit.office) });
  });

  it('also while its breaker is open', () => {
    const unit = new Unit().try('failure', BREAKER_FAILURES).later(DISABLED_AFTER_MS).try('failure');
    expect(unit.health.state).toBe('disabled');
    expect(unit.health).not.toHaveProperty('openUntil');
  });

  it('until a person enables it: then it starts fresh', () => {
    const unit = new Unit().try('success');
    const late = unit.begin();
    unit.try('gone').end(late, 'success');
    expect(unit.health.state).toBe('disabled');
    const again = enabled(unit.health, unit.office)!;
    expect(EndpointHealth.parse(again)).toEqual({
      ...fresh('renshe'),
      version: unit.health.version + 1,
      lastSuccessAt: toShanghai(START),
      recoveredAt: toShanghai(START),
    });
    expect(enabled(again, unit.office)).toBeUndefined();
  });
});

it.each([
  [{ kind: 'answered', status: 204 }, 'success'],
  [{ kind: 'polling' }, 'success'],
  [{ kind: 'answered', status: 302 }, 'failure'],
  [{ kind: 'answered', status: 429 }, 'failure'],
  [{ kind: 'answered', status: 410 }, 'gone'],
  [{ kind: 'failed', fault: 'timeout' }, 'failure'],
] as const)('%j is a %s', (outcome, result) => {
  expect(resultOf(outcome)).toBe(result);
});
