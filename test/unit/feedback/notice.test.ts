import { describe, expect, it } from 'vitest';
import { chinaTime, promisedBy, ruleFor, templatesOf, valuesAt, waysTo } from '#domain/feedback/notice.ts';
import { fill, PLACEHOLDERS, type Placeholder } from '#domain/feedback/template.ts';
import { fold } from '#domain/ticket/evolve.ts';
import { loadDistrict } from '#infra/district.ts';
import type { TicketEvent } from '#schemas/event.ts';
import { ToldEvent } from '#schemas/feedback.ts';
import type { IntakeRequest } from '#schemas/intake.ts';
import { inState, OTHER } from '#test/support/every-command.ts';
import { citizen, dispatcher, register, Story, storyUntil, system } from '#test/support/ticket-world.ts';

const { feedback, departments } = loadDistrict('xianan');
const board: Partial<IntakeRequest> = { channel: 'website', board: { messageId: 'm-1', publicConsent: true } };
const atDesk = () => new Story().give(register({}, { disposition: 'desk', owner: 'hotline' }), system);

const part = { title: '路灯', content: '门口路灯不亮', owner: 'zhujian', reason: '两件事' };

/** One story for each event that a rule may name; the event is its last. */
const ending: Readonly<Record<ToldEvent, () => Story>> = {
  dispatched: () => storyUntil('AWAIT_SIGN'),
  reworkOrdered: () => storyUntil('AWAIT_VISIT').give({ command: 'rework', reason: '没有解决' }, dispatcher),
  answerApproved: () => storyUntil('AWAIT_VISIT'),
  directClosed: () =>
    atDesk().give(
      { command: 'directClose', resultCode: 'explained', publicAnswer: '可以', reason: '咨询' },
      dispatcher,
    ),
  notAccepted: () => atDesk().give({ command: 'refuse', lawfulRoute: '向法院起诉', reason: '已诉讼' }, dispatcher),
  closed: () => storyUntil('CLOSED'),
  cancelled: () => storyUntil('SIGNED').give({ command: 'withdraw' }, citizen),
  extensionApproved: () =>
    inState('EXTENSION_REVIEW').give({ command: 'approveExtension', reason: '须联合核查' }, dispatcher),
  merged: () => inState('MERGED'),
  answeredByMain: () =>
    inState('MERGED').give(
      { command: 'answerByMain', main: OTHER, mainSeq: 7, resultCode: 'solved', publicAnswer: '已修好。' },
      system,
    ),
  reworkedByMain: () => inState('MERGED').give({ command: 'reworkByMain', main: OTHER, mainSeq: 7 }, system),
  reopened: () => storyUntil('CLOSED').give({ command: 'reopen', reason: '又出现' }, dispatcher),
  splitOff: () => storyUntil('SIGNED').give({ command: 'split', ...part, newTicketNo: OTHER }, dispatcher),
};

describe('which event says what', () => {
  const spoken = (events: readonly TicketEvent[], channel: 'phone' | 'wechat' | 'website' = 'phone') =>
    events.map((event) => ruleFor(feedback, event, channel)?.notice);

  it.each([
    ['dispatched', 'accepted'],
    ['reworkOrdered', 'reworked'],
    ['answerApproved', 'answered'],
    ['directClosed', 'answered'],
    ['notAccepted', 'notAccepted'],
    ['closed', 'closed'],
    ['cancelled', 'withdrawn'],
    ['extensionApproved', 'extended'],
    ['merged', 'merged'],
    ['answeredByMain', 'answered'],
    ['reworkedByMain', 'reworked'],
    ['reopened', 'reworked'],
  ] as const)('%s → %s, on every channel', (type, notice) => {
    const last = ending[type]().events.at(-1)!;
    expect(last.type).toBe(type);
    for (const channel of ['phone', 'wechat', 'website'] as const) {
      expect(ruleFor(feedback, last, channel)?.notice).toBe(notice);
    }
  });

  it('a part is told where its own acceptance can’t be: a board has one reply a message', () => {
    const last = ending.splitOff().events.at(-1)!;
    expect(['phone', 'wechat', 'website'].map((channel) => spoken([last], channel as 'phone'))).toEqual([
      [undefined],
      [undefined],
      ['split'],
    ]);
  });

  it('the rest is not for the citizen', () => {
    expect(spoken(storyUntil('CLOSED').events).filter((notice) => notice !== undefined)).toEqual([
      'accepted',
      'answered',
      'closed',
    ]);
  });

  it('not again when the ticket goes to another unit, and only then when the desk finds the owner', () => {
    const again = storyUntil('AWAIT_SIGN').give({ command: 'assign', owner: 'renshe', reason: '改派' }, dispatcher);
    expect(spoken(again.events.filter(({ type }) => type === 'dispatched'))).toEqual(['accepted', undefined]);
    const found = atDesk();
    expect(spoken(found.events)).toEqual([undefined, undefined]);
    found.give({ command: 'assign', owner: 'renshe', reason: '派单' }, dispatcher);
    expect(spoken(found.events)).toEqual([undefined, undefined, 'accepted']);
  });

  it('a rule that leaves a channel out tells nothing there; SMS alone is no way for WeChat', () => {
    const event = ending.closed().events.at(-1)!;
    const [rule] = feedback.rules.filter((each) => each.event === 'closed');
    const { wechat, sms, website, ...bare } = rule!;
    const told = (parts: object) =>
      (['phone', 'wechat', 'website'] as const).filter(
        (channel) => ruleFor({ rules: [{ ...bare, ...parts }] }, event, channel) !== undefined,
      );
    expect(told({ sms })).toEqual(['phone']);
    expect(told({ wechat })).toEqual(['wechat']);
    expect(told({ website })).toEqual(['website']);
    expect(told({ sms, wechat, website })).toEqual(['phone', 'wechat', 'website']);
  });

  it('names the templates once each', () => {
    expect(templatesOf(feedback, 'wechat')).toEqual(['accepted', 'answered', 'closed']);
    expect(templatesOf(feedback, 'sms')).toEqual(['accepted', 'answered', 'closed']);
  });
});

describe('by which way', () => {
  const known = { openid: 'o1', phone: '+8613812345678' };
  const ticket = (changes: Partial<IntakeRequest>) => new Story().give(register(changes), system).is;
  it.each([
    ['phone', {}, known, ['sms']],
    ['phone', { anonymous: true }, known, []],
    ['phone', {}, undefined, []],
    ['phone', {}, {}, []],
    ['wechat', {}, known, ['wechat', 'sms']],
    ['wechat', {}, { openid: 'o1' }, ['wechat']],
    ['wechat', { anonymous: true }, known, ['wechat']],
    ['wechat', {}, { phone: known.phone }, ['sms']],
    ['website', board, known, ['website']],
    ['website', {}, known, []],
  ] as const)('%s %j %j → %j', (channel, changes, caller, ways) => {
    expect(waysTo(ticket({ ...changes, channel }), caller).map(({ way }) => way)).toEqual(ways);
  });
});

it('a part of a message has none of its own on the board: then the number that was left is the way', () => {
  const parent = new Story().give(register({ ...board }), system).is;
  const made = new Story().give({ command: 'registerSplit', ticketNo: OTHER, parent, ...part }, dispatcher).is;
  const ways = (ticket: typeof made) => waysTo(ticket, { phone: '+8613812345678' }).map(({ way }) => way);
  expect([ways(parent), ways(made)]).toEqual([['website'], ['sms']]);
  expect(ways({ ...made, flags: { ...made.flags, anonymous: true } })).toEqual([]);
});

describe('placeholders', () => {
  const valuesOf = (story: Story) => {
    const event = story.events.at(-1)!;
    const name = departments.find(({ id }) => id === story.is.owner)!.shortName;
    return valuesAt(event, fold(story.events)!, name, feedback.results);
  };

  it.each(ToldEvent.options)('%s: what is promised has a value', (type) => {
    const values = valuesOf(ending[type]());
    const promised = (Object.keys(PLACEHOLDERS) as Placeholder[]).filter((name) =>
      (PLACEHOLDERS[name] as readonly ToldEvent[]).includes(type),
    );
    for (const name of promised) expect(values[name], name).toBeTruthy();
  });

  it('say what people read', () => {
    expect(valuesOf(ending.reworkOrdered())).toMatchObject({
      ticketNo: 'XA2026112300000018',
      department: '官埠桥镇',
      time: '2026年11月23日 09:40',
    });
    expect(valuesOf(ending.closed())).toMatchObject({ result: '已解决', deadline: undefined });
    expect(valuesOf(ending.notAccepted())).toMatchObject({ route: '向法院起诉', result: undefined });
    expect(valuesOf(ending.splitOff())).toMatchObject({ ticketNo: 'XA2026112300000018', part: OTHER });
  });

  it('fills what it knows and leaves no braces', () => {
    expect(fill('工单{ticketNo}由{department}办理{deadline}{other}', { ticketNo: 'X', department: '某局' })).toBe(
      '工单X由某局办理',
    );
  });

  it('a value is taken as it is, whatever it holds', () => {
    expect(fill('{department}', { department: '$& {ticketNo}', ticketNo: 'X' })).toBe('$& {ticketNo}');
  });
});

it('promises by the finish clock, else by what ends last, else nothing', () => {
  expect(promisedBy(storyUntil('AWAIT_SIGN').is)).toBe('2026年11月30日 17:30');
  expect(promisedBy(storyUntil('AWAIT_VISIT').is)).toMatch(/^2026年11月26日 /);
  expect(promisedBy(storyUntil('CLOSED').is)).toBeUndefined();
});

it('promises the rework’s own deadline', () => {
  const { clocks } = ending.reworkOrdered().is;
  const rework = clocks.findLast(({ id }) => id === 'rework')!;
  expect(promisedBy({ clocks })).toBe(chinaTime(rework.dueAt));
});

it('writes times as people in China read them', () => {
  expect(chinaTime('2026-11-23T07:01:00Z')).toBe('2026年11月23日 15:01');
  expect(chinaTime('2026-01-03T23:30:00+08:00')).toBe('2026年1月3日 23:30');
});
