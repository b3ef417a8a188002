import { describe, expect, it } from 'vitest';
import { callbackEvent, type Names, needsCaller } from '#domain/delivery/callback.ts';
import { addedWords, attachmentNames, type ReadableRequest, requestOf, WITHHELD } from '#domain/delivery/words.ts';
import { fold } from '#domain/ticket/evolve.ts';
import type { LinkedAttachment } from '#schemas/attachment.ts';
import { CallbackEvent } from '#schemas/callback.ts';
import type { IntakeRequest } from '#schemas/intake.ts';
import { dispatcher, HOUR, register, Story, storyUntil, system, unit } from '#test/support/ticket-world.ts';

const names: Names = {
  districtId: 'testqu',
  desk: 'hotline',
  category: (code) => (code === '01.1' ? '拖欠工资' : undefined),
  town: (code) => (code === '421202102000' ? '官埠桥镇' : undefined),
};
const caller = { callerToken: 't', createdAt: '2026-11-23T08:59:00.000+08:00', name: '张三', phone: '+8613812345678' };
const request: ReadableRequest & { attachments: LinkedAttachment[] } = {
  kind: 'request',
  title: '工地拖欠工资',
  content: '官埠桥镇某工地拖欠七名工人两个月工资。',
  placeText: '发展大道 1 号',
  place: { lat: 29.9, lng: 114.3, crs: 'GCJ-02' },
  attachments: [{ name: '工资条.jpg', url: 'https://files.example.cn/1', bytes: 10 }],
  recordings: [],
};

/** The message about the newest event of a story that has one for `to`. */
function message(story: Story, to: string, seq = story.events.length) {
  const history = story.events.filter((event) => event.seq <= seq);
  const event = history.at(-1)!;
  const callback = event.callbacks!.find((one) => one.to === to)!;
  return callbackEvent({ event, callback, ticket: fold(history)!, request, caller }, names);
}
function dispatch(story: Story) {
  const event = story.events[1]!;
  return { event, callback: event.callbacks![0]!, ticket: story.is };
}
const started = (changes: Partial<IntakeRequest> = {}) => new Story().give(register(changes), system);

describe('a dispatch', () => {
  it('carries everything that the unit needs, in the contract’s shape', () => {
    const body = message(started(), 'guanbuqiao');
    expect(CallbackEvent.parse(body)).toEqual(body);
    expect(body).toMatchObject({
      id: 'XA2026112300000018-guanbuqiao-1',
      source: '/jieban/testqu',
      type: 'cn.jieban.ticket.dispatched.v1',
      subject: 'XA2026112300000018',
      time: '2026-11-23T09:00:00.000+08:00',
      data: {
        ticketVersion: 2,
        status: 'AWAIT_SIGN',
        sequence: 1,
        sender: 'hotline',
        receiver: 'guanbuqiao',
        round: 1,
        deadlines: { sign: '2026-11-24T17:30:00.000+08:00', finish: '2026-11-30T17:30:00.000+08:00' },
        category: { code: '01.1', name: '拖欠工资' },
        appellant: { name: '张三', phone: '+8613812345678' },
        request: {
          title: '工地拖欠工资',
          place: { text: '发展大道 1 号', townCode: '421202102000', town: '官埠桥镇', lat: 29.9, crs: 'GCJ-02' },
          attachments: [{ name: '工资条.jpg', url: 'https://files.example.cn/1' }],
        },
      },
    });
  });

  it('is the same at every attempt, whatever happened to the ticket in the meantime', () => {
    const story = started();
    const before = JSON.stringify(message(story, 'guanbuqiao', 2));
    story.later(HOUR).give({ command: 'sign' }, unit('guanbuqiao'));
    expect(JSON.stringify(message(story, 'guanbuqiao', 2))).toBe(before);
  });

  it.each([{ confidential: true }, { anonymous: true }])('keeps identity from the unit: %j', (flags) => {
    const story = started(flags);
    expect(needsCaller('dispatched', story.is)).toBe(false);
    const text = JSON.stringify(message(story, 'guanbuqiao'));
    expect(text).not.toContain('张三');
    expect(text).not.toContain('13812345678');
    expect(JSON.parse(text).data.appellant).toBeUndefined();
  });

  it.each([{ confidential: true }, { anonymous: true }])('sends the masked copy of the words: %j', (flags) => {
    const told = {
      ...request,
      title: '张三举报',
      content: '我叫张三，电话13812345678，举报老板',
      placeText: '3栋502室',
    };
    const masked = {
      title: '***举报',
      content: '我叫***，电话***，举报老板',
      placeText: '***室',
      attachmentNames: ['a.jpg'],
    };
    const { event, callback, ticket } = dispatch(started(flags));
    const body = callbackEvent({ event, callback, ticket, request: { ...told, masked }, caller }, names);
    expect(CallbackEvent.parse(body)).toEqual(body);
    expect(body.data.request).toMatchObject({
      title: masked.title,
      content: masked.content,
      place: { text: '***室', townCode: '421202102000', lat: 29.9 },
      attachments: [{ name: 'a.jpg', url: 'https://files.example.cn/1' }],
    });
    // A text from before there were copies: names stand in no pattern, everything else does.
    const older = callbackEvent({ event, callback, ticket, request: told, caller }, names);
    expect(older.data.request).toMatchObject({ content: masked.content, place: { text: '***室' } });
    expect(older.data.request?.attachments[0]?.name).toBe('工资条.jpg');
    // Anybody else's words go out as they are.
    const open = dispatch(started());
    expect(callbackEvent({ ...open, request: { ...told, masked }, caller }, names).data.request?.content).toBe(
      told.content,
    );
  });

  it('keeps numbers out of the operator’s reasons too', () => {
    const story = started({ confidential: true }).give(
      { command: 'assign', owner: 'renshe', reason: '来电人13812345678要求改派' },
      dispatcher,
    );
    const event = story.events.at(-1)!;
    for (const callback of event.callbacks!) {
      const { data } = callbackEvent({ event, callback, ticket: story.is, request, caller }, names);
      expect(data.reason).toBe('来电人***要求改派');
    }
  });

  it('has no appellant when nothing is known of the caller', () => {
    const story = started();
    const event = story.events[1]!;
    const bare = { callerToken: 't', createdAt: caller.createdAt };
    for (const who of [undefined, bare]) {
      const body = callbackEvent(
        { event, callback: event.callbacks![0]!, ticket: story.is, request, caller: who },
        names,
      );
      expect(body.data.appellant).toBeUndefined();
    }
  });

  it('goes out without the text once that was erased, and names an unknown category by its code', () => {
    const story = new Story().give(register({}, { categoryCode: '09.9', townCode: undefined }), system);
    const event = story.events[1]!;
    const body = callbackEvent({ event, callback: event.callbacks![0]!, ticket: story.is, caller }, names);
    expect(body.data.request).toBeUndefined();
    expect(body.data.category).toEqual({ code: '09.9', name: '09.9' });
    expect(CallbackEvent.parse(body)).toEqual(body);
  });
});

describe('later messages', () => {
  it('tell the decision, with the reason and without request or identity', () => {
    const body = message(storyUntil('AWAIT_VISIT'), 'guanbuqiao');
    expect(body).toMatchObject({ type: 'cn.jieban.ticket.decided.v1', data: { reason: '答复清楚', sequence: 2 } });
    expect(body.data.request).toBeUndefined();
    expect(body.data.appellant).toBeUndefined();
    expect(CallbackEvent.parse(body)).toEqual(body);
  });

  it('tell a rework with the request again', () => {
    const story = storyUntil('AWAIT_VISIT').give({ command: 'rework', reason: '未解决' }, dispatcher);
    const body = message(story, 'guanbuqiao');
    expect(body).toMatchObject({ type: 'cn.jieban.ticket.reworkOrdered.v1', data: { round: 2, status: 'REWORK' } });
    expect(body.data.request?.content).toContain('拖欠');
    expect(body.data.appellant?.name).toBe('张三');
  });

  it('tell a warning with its clock and colour', () => {
    const story = started();
    story.now = Date.parse('2026-11-24T17:00:00+08:00');
    story.give({ command: 'tick' }, { kind: 'system', id: 'timer' });
    const warned = story.events.find((event) => event.type === 'warned')!;
    const body = message(story, 'guanbuqiao', warned.seq);
    expect(body).toMatchObject({
      type: 'cn.jieban.ticket.warned.v1',
      data: { warning: { clock: 'sign', colour: 'yellow', dueAt: '2026-11-24T17:30:00.000+08:00' } },
    });
    expect(CallbackEvent.parse(body)).toEqual(body);
  });
});

describe('the names of attachments', () => {
  it('are the citizen’s own, or the masked ones where the department must not learn who asked', () => {
    const masked = { title: '', content: '', attachmentNames: ['***.jpg'] };
    expect(attachmentNames(request, started().is, undefined)).toEqual(['工资条.jpg']);
    expect(attachmentNames({ ...request, masked }, started().is, undefined)).toEqual(['工资条.jpg']);
    expect(attachmentNames({ ...request, masked }, started({ confidential: true }).is, undefined)).toEqual(['***.jpg']);
  });
});

describe('words of a confidential caller who was erased', () => {
  const { is } = started({ confidential: true });
  it('are withheld: nobody knows any more which name to take out of them', () => {
    expect(addedWords('请尽快处理。张三', is, caller)).not.toContain('张三');
    expect(addedWords('请尽快处理。张三', is, undefined)).toBe(WITHHELD);
    expect(attachmentNames(request, is, undefined)).toEqual([WITHHELD]);
  });
  it('go out when they were masked as they came, and when nothing was to be hidden', () => {
    const masked = { title: '标题', content: '内容' };
    expect(requestOf({ ...request, masked }, { ticket: is }, names)).toMatchObject(masked);
    expect(addedWords('请尽快处理。', started().is, undefined)).toBe('请尽快处理。');
  });
});

describe('what the citizen added', () => {
  const additions = [
    {
      at: '2026-11-23T09:05:00.000+08:00',
      text: '我是张三，电话13812345678',
      attachments: [{ name: '图13812345678', url: 'https://files.example.cn/2', bytes: 9 }],
    },
  ];
  const told = (flags: Partial<IntakeRequest>) => {
    const story = started(flags);
    return callbackEvent({ ...dispatch(story), request, caller, additions }, names);
  };

  it('comes with its pictures', () => {
    const body = told({});
    expect(CallbackEvent.parse(body)).toEqual(body);
    expect(body.data.additions).toEqual([
      { ...additions[0], attachments: [{ name: '图13812345678', url: 'https://files.example.cn/2' }] },
    ]);
  });

  it('and an operator’s reason are without the caller where the request is confidential', () => {
    const story = started({ confidential: true });
    const reason = '张三再次来电，13812345678，请尽快';
    story.give({ command: 'assign', owner: 'renshe', reason }, dispatcher);
    const { ticket, event, callback } = { ...dispatch(story), ticket: story.is };
    const assigned = { ticket, event: { ...event, reason }, callback, request };
    expect(callbackEvent({ ...assigned, caller }, names).data.reason).toBe('***再次来电，***，请尽快');
    expect(callbackEvent(assigned, names).data.reason).toBe(WITHHELD);
    expect(callbackEvent({ ...dispatch(started()), caller, request }, names).data.reason).toBeUndefined();
  });

  it('is masked where the request is confidential', () => {
    const { additions: masked, appellant } = told({ confidential: true }).data;
    expect(masked).toMatchObject([{ text: '我是***，电话***', attachments: [{ name: '图***' }] }]);
    expect(appellant).toBeUndefined();
  });

  it('is left out when there is nothing', () => {
    expect(message(started(), 'guanbuqiao').data.additions).toBeUndefined();
  });
});
