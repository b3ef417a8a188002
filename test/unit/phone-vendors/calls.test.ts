/** One call out of many pushes in any order; the form that is completed; the missed call that goes to the desk. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { route } from '#domain/routing/route.ts';
import { completeForm, isMissed, mergeCall } from '#functions/phone/vendors/call-record.ts';
import { missedCall, vendorNumber } from '#functions/phone/vendors/missed-call.ts';
import { cdrNews, recordingNews } from '#functions/phone/vendors/tccc/map.ts';
import type { CallNews } from '#functions/phone/vendors/vendor.ts';
import { callerRecord, toIntakeRequest } from '#functions/shared/intake-request.ts';
import { compileDistrict } from '#infra/district-folder.ts';
import { PhoneRequest } from '#schemas/intake.ts';
import { CallRecord, TcccCdr, TcccRecording } from '#schemas/phone-vendors.ts';
import { cdr, MOBILE, missed, recording } from './pushes.ts';

const ofCdr = (body: object, pushId?: string) => cdrNews(TcccCdr.parse(body), pushId);
const ofRecording = (body: object, pushId?: string) => recordingNews(TcccRecording.parse(body), pushId);
const merged = (news: readonly CallNews[]): CallRecord =>
  news.reduce<CallRecord | undefined>((known, { facts, pushId }) => mergeCall(known, facts, pushId), undefined)!;

describe('merging', () => {
  const pushes = [
    ofCdr(cdr(), 'u-1'),
    ...['3', '1', '2'].map((id) => ofRecording(recording({ RecordId: id, RecordURL: `https://r.example/${id}` }), id)),
  ];
  const whole = merged(pushes);

  test('no order and no number of replays changes the record', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...pushes), { maxLength: 12 }),
        fc.shuffledSubarray(pushes, { minLength: pushes.length }),
        (replays, all) => {
          const record = merged([...replays, ...all]);
          expect({ ...record, pushes: [...record.pushes].sort() }).toEqual({
            ...whole,
            pushes: [...whole.pushes].sort(),
          });
          expect(CallRecord.safeParse(record).error).toBeUndefined();
        },
      ),
    );
    expect(whole.recordings.map(({ id }) => id)).toEqual(['1', '2', '3']);
    expect(whole).toMatchObject({ inbound: true, satisfactionKey: '5', durationSeconds: 65 });
  });

  test('a record that comes late completes, and never takes away', () => {
    const early = merged([ofCdr(cdr({ PostIVRKeyPressed: null, EndedTimestamp: 0 })), ofCdr(cdr())]);
    expect(early).toMatchObject({ satisfactionKey: '5', endedAt: '2026-11-23T09:31:15.000+08:00' });
    expect(merged([ofCdr(cdr()), ofCdr(missed())]).answeredAt).toBe('2026-11-23T09:30:10.000+08:00');
  });

  test('a thousand pushes stay within a row', () => {
    const many = Array.from({ length: 1000 }, (_, i) => ofRecording(recording({ RecordId: `r${i}` }), `u-${i}`));
    expect(CallRecord.safeParse(merged(many)).error).toBeUndefined();
  });

  test('missed is a call of a citizen that nobody answered', () => {
    expect(isMissed(merged([ofCdr(missed())]))).toBe(true);
    expect(isMissed(merged([ofRecording(recording()), ofCdr(missed())]))).toBe(true);
    expect(isMissed(merged([ofCdr(cdr())]))).toBe(false);
    expect(isMissed(merged([ofRecording(recording())]))).toBe(false);
    expect(isMissed(merged([ofCdr(missed({ Direction: 1 }))]))).toBe(false);
  });
});

test.each([
  ['008613800138000', '+8613800138000'],
  ['0086 138 0013 8000', '+8613800138000'],
  ['+8613800138000', '+8613800138000'],
  ['13800138000', '+8613800138000'],
  ['00862787654321', '+862787654321'],
  ['02787654321', '+862787654321'],
  ['0085221234567', '+85221234567'],
  ['8888', undefined],
  ['anonymous', undefined],
  ['', undefined],
  [undefined, undefined],
])('the number %s is %s', (text, number) => {
  expect(vendorNumber(text)).toBe(number);
});

describe('a missed call', () => {
  const record = merged([ofCdr(missed())]);
  const district = compileDistrict('xianan');
  const made = { ticketNo: 'XA2026112300012340', receivedAt: '2026-11-23T09:31:00.000+08:00', callerToken: 't' };

  test.each([`0086${MOBILE}`, 'anonymous', undefined])(
    'from %s is a request for the desk, without the number',
    (caller) => {
      const body = PhoneRequest.parse(missedCall('tccc', 's-1', record, caller));
      expect(body).toMatchObject({ channelRef: 'missed:tccc:s-1', kind: 'help', title: '未接来电回拨' });
      expect(body.content).toContain('2026年11月23日09:30');
      const intake = toIntakeRequest({ channel: 'phone', body }, { ...made, queryKeyId: 'q', danger: false });
      expect(JSON.stringify(intake)).not.toContain(MOBILE);
      const decision = route({ ...intake, callerEnterprise: intake.enterprise }, district);
      expect(decision).toMatchObject({ owner: district.desk, disposition: 'desk', urgency: 'normal' });
    },
  );

  test("its number goes to the caller's record", () => {
    const body = missedCall('tccc', 's-1', record, `0086${MOBILE}`);
    const caller = callerRecord({ channel: 'phone', body }, { callerToken: 't', createdAt: made.receivedAt });
    expect(caller.phone).toBe(`+86${MOBILE}`);
  });

  test('without any time it is one nevertheless', () => {
    const bare = merged([ofCdr(missed({ StartTimestamp: 0, EndedTimestamp: 0 }))]);
    const body = PhoneRequest.parse(missedCall('tccc', 's-1', bare, undefined));
    expect(body.content).not.toContain('来电时间');
  });
});

describe('completing a form', () => {
  const form = PhoneRequest.parse({
    channelRef: 'CC-1',
    kind: 'complaint',
    title: '路灯',
    content: '不亮',
    call: { callId: 's-1', recordings: [{ id: 'own', url: 'https://r.example/own' }] },
  });
  const one = { recordings: [{ id: 'a', url: 'https://r.example/a' }], satisfactionKey: '5' };
  const two = { ...one, recordings: [...one.recordings, { id: 'b', url: 'https://r.example/b' }] };

  test('adds recordings and the satisfaction key, and replaces nothing', () => {
    const { call } = completeForm(form, one);
    expect(call.recordings?.map(({ id }) => id)).toEqual(['own', 'a']);
    expect(call.satisfactionKey).toBe('5');
    const own = { ...form, call: { ...form.call, satisfactionKey: '1' } };
    expect(completeForm(own, one).call.satisfactionKey).toBe('1');
    expect(PhoneRequest.safeParse(completeForm(form, two)).error).toBeUndefined();
  });

  test('the same form again is completed as it was the first time, whatever came since', () => {
    const first = completeForm(form, one);
    expect(completeForm(form, two, first.call)).toEqual(first);
    expect(completeForm(form, two, form.call)).toEqual(form);
    expect(completeForm(form, { recordings: [] }, form.call)).toEqual(form);
    const bare = { ...form, call: { callId: 's-1' } };
    expect(completeForm(bare, two, {})).toEqual(bare);
  });
});
