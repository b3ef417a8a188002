/** 并单的诉求: whose discretion holds for the words of a request that another one answers for. */
import { expect, test } from 'vitest';
import { hushed, mergedRequestOf } from '#domain/delivery/merged-request.ts';
import { register, Story, system } from '#test/support/ticket-world.ts';

const names = { districtId: 'testqu', desk: 'hotline', category: () => undefined, town: () => undefined };
const caller = (name: string, phone: string) => ({
  callerToken: name,
  createdAt: '2026-11-23T08:59:00+08:00',
  name,
  phone,
});
const first = caller('李四', '+8613900005678');
const second = caller('张三', '+8613812345678');
const words = '我叫张三,13812345678;邻居李四(139-0000-5678)也打过电话';
const file = { name: '张三和李四.jpg', url: 'https://files.example.cn/1', bytes: 9 };

function told(flags: { confidential?: boolean; anonymous?: boolean }, main: typeof flags) {
  const [one, other] = [flags, main].map((changes) => new Story().give(register(changes), system).is);
  const ticket = hushed(one!, other!);
  const request = {
    kind: 'request' as const,
    title: '李四也说过',
    content: words,
    placeText: '李四家门口',
    attachments: [file],
    recordings: [],
  };
  const additions = [{ at: ticket.updatedAt, text: words, attachments: [file] }];
  return mergedRequestOf({ ticket, request, additions, caller: second }, { ticket: other!, caller: first }, names);
}

test('as they were said, where neither is discreet', () => {
  const { request, additions } = told({}, {});
  expect([request?.content, additions[0]?.text, request?.attachments[0]?.name]).toEqual([words, words, file.name]);
});

test('without their writer, where the request is', () => {
  const { request, additions } = told({ anonymous: true }, {});
  for (const text of [request?.content, additions[0]?.text]) expect(text).not.toMatch(/张三|13812345678/);
  expect(request?.title).toBe('李四也说过');
});

test('without either of them, where the request that it repeats is', () => {
  const all = JSON.stringify(told({}, { confidential: true }));
  expect(all).not.toMatch(/张三|李四|13812345678|5678/);
  expect(all).toContain('也打过电话');
});
