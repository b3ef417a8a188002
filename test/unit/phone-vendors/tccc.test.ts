/** Tencent TCCC: who may push, what `0` and `0086` mean, keys of either case, and what is refused. */
import { describe, expect, test } from 'vitest';
import { tccc } from '#functions/phone/vendors/tccc/vendor.ts';
import { ProblemError } from '#functions/shared/problem.ts';
import { CallRecord } from '#schemas/phone-vendors.ts';
import { basic, cdr, MOBILE, missed, recording, request } from './pushes.ts';

const door = { basic: { user: 'tccc', password: 'a:b ü' } };
const newsOf = (body: unknown, action = 'cdr', headers = {}) => {
  const [call, ...others] = tccc.map(tccc.parse(request(body, { action, version: '1' }, headers))).calls;
  expect(others).toEqual([]);
  return call!;
};
const problem = (act: () => unknown): string => {
  try {
    act();
  } catch (error) {
    if (error instanceof ProblemError) return error.problem.code;
    throw error;
  }
  return 'none';
};

describe('authentication', () => {
  test('takes user and password, and nothing else', async () => {
    await tccc.authenticate(request({}, {}, { authorization: basic('tccc', 'a:b ü') }), door);
    for (const authorization of [
      basic('tccc', 'wrong'),
      basic('other', 'a:b ü'),
      basic('tccc', ''),
      'Basic',
      'Basic !!!',
      'Bearer abc',
      '',
    ]) {
      await expect(tccc.authenticate(request({}, {}, { authorization }), door)).rejects.toThrow('credentialsInvalid');
    }
    await expect(tccc.authenticate(request({}), door)).rejects.toThrow('credentialsInvalid');
  });

  test('is left out only where that is written down', async () => {
    expect(tccc.credentials({})).toBeUndefined();
    expect(tccc.credentials({ tccc: {} })).toBeUndefined();
    const open = tccc.credentials({ tccc: { auth: 'none' } })!;
    await tccc.authenticate(request({}), open);
    const both = tccc.credentials({ tccc: { auth: 'none', ...door } })!;
    await expect(tccc.authenticate(request({}), both)).rejects.toThrow('credentialsInvalid');
  });
});

describe('cdr', () => {
  test('an answered call', () => {
    expect(newsOf(cdr(), 'cdr', { 'x-tccc-push-uuid': 'u-1' })).toEqual({
      callId: cdr().SessionId,
      pushId: 'u-1',
      facts: {
        inbound: true,
        startedAt: '2026-11-23T09:30:00.000+08:00',
        answeredAt: '2026-11-23T09:30:10.000+08:00',
        endedAt: '2026-11-23T09:31:15.000+08:00',
        durationSeconds: 65,
        satisfactionKey: '5',
        recordings: [],
      },
      ended: { caller: `0086${MOBILE}` },
    });
  });

  test.each([0, '0', null, undefined])('a time of %s never happened', (never) => {
    const { facts } = newsOf(cdr({ AcceptTimestamp: never, EndedTimestamp: never, StartTimestamp: never }));
    expect(facts).not.toHaveProperty('answeredAt');
    expect(facts).not.toHaveProperty('endedAt');
    expect(facts).not.toHaveProperty('startedAt');
  });

  test.each([
    [[{ key: '3', label: '不满意' }], '3'],
    [[{ Key: '9' }, { Key: '2' }], '2'],
    [[{ Key: 4 }], '4'],
    [[{ Key: '' }, {}], undefined],
    [[{ Key: '超长的按键说明文字' }], undefined],
    [null, undefined],
  ])('satisfaction keys %j → %s', (PostIVRKeyPressed, key) => {
    expect(newsOf(cdr({ PostIVRKeyPressed })).facts.satisfactionKey).toBe(key);
  });

  test('calls out and calls between agents are no calls of citizens', () => {
    expect(newsOf(missed()).facts.inbound).toBe(true);
    expect(newsOf(missed({ Direction: 1 })).facts.inbound).toBe(false);
    expect(newsOf(missed({ CallType: 6 })).facts.inbound).toBe(false);
  });

  test('what is kept is a call record without numbers and names', () => {
    const { facts } = newsOf(cdr());
    expect(CallRecord.safeParse({ ...facts, pushes: [] }).error).toBeUndefined();
    for (const secret of [MOBILE, '12345', '李四光', 'agent@']) expect(JSON.stringify(facts)).not.toContain(secret);
  });
});

describe('record', () => {
  test('is a recording of the session; who speaks on it stays out', () => {
    expect(newsOf(recording(), 'record')).toEqual({
      callId: recording().SessionId,
      facts: { recordings: [{ id: '1608130650', url: 'http://recorder.example/def/000-1608130637.mp3' }] },
    });
  });

  test("prefers the customer's own bucket, and takes a number as id", () => {
    const own = 'https://own.example/1.mp3';
    expect(newsOf(recording({ RecordId: 7, CustomRecordURL: own }), 'record').facts.recordings).toEqual([
      { id: '7', url: own },
    ]);
    expect(newsOf(recording({ CustomRecordURL: '' }), 'record').facts.recordings[0]?.url).toContain('recorder.example');
  });
});

test.each([
  ['no session', cdr({ SessionId: undefined }), 'cdr'],
  ['a session that is no identifier', cdr({ SessionId: 'a#b c' }), 'cdr'],
  ['no direction', cdr({ Direction: null }), 'cdr'],
  ['milliseconds', cdr({ AcceptTimestamp: Date.now() }), 'cdr'],
  ['a negative time', cdr({ AcceptTimestamp: -1 }), 'cdr'],
  ['a recording without address', recording({ RecordURL: '' }), 'record'],
  ['an address that a browser would run', recording({ RecordURL: 'javascript:alert(1)' }), 'record'],
  ['an unknown action', cdr(), 'voicemail'],
  ['a list', [], 'cdr'],
])('%s: 422', (_what, body, action) => {
  expect(problem(() => newsOf(body, action))).toBe('bodyInvalid');
});

test('another version: 422; none is version 1', () => {
  expect(problem(() => tccc.parse(request(cdr(), { action: 'cdr', version: '2' })))).toBe('bodyInvalid');
  expect(problem(() => tccc.parse(request(cdr(), { action: 'cdr' })))).toBe('none');
});

test('a push id of another shape is left aside', () => {
  expect(newsOf(cdr(), 'cdr', { 'x-tccc-push-uuid': 'x'.repeat(65) })).not.toHaveProperty('pushId');
});
