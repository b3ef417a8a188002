/** The demo's requests: written for it, about nobody. Phone numbers are placeholders (13800000000 and up). */
import { readFileSync } from 'node:fs';
import type { Channel } from '#schemas/common.ts';

export interface Case {
  channel: Channel;
  /** Before each of its lines. */
  label: string;
  /** What the citizen says, in a line. */
  headline: string;
  body: { channelRef: string; board?: { messageId: string } } & Record<string, unknown>;
  /** The one unit that the catalogue names. */
  owner: string;
}

const example = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../examples/${name}.json`, import.meta.url), 'utf8')) as Case['body'] & {
    title: string;
  };

function fromExample(channel: Channel, label: string, owner: string): Case {
  const body = example(channel);
  return { channel, label, headline: body.title, body, owner };
}

/** Story one: each channel's example, from request to rating. */
export const ANSWERED: readonly Case[] = [
  fromExample('phone', '电话', 'guanbuqiao'),
  fromExample('wechat', '微信', 'chengguan'),
  fromExample('website', '网站', 'yibao'),
];

/** Story two: a critical request (签收时限30分钟) for a unit that never answers. */
export const OVERDUE: Case = {
  channel: 'phone',
  label: '逾期',
  headline: '养老院停水一天无人处理',
  owner: 'gongshui',
  body: {
    channelRef: 'CC-DEMO-OVERDUE',
    kind: 'help',
    title: '养老院停水一天无人处理',
    content:
      '来电人反映，永安街道一家养老院从昨天上午起停水，四十多位老人用水困难，供水单位电话无人接听，请尽快恢复供水。',
    caller: { name: '王示例', phone: '13800000009' },
    place: { text: '永安街道', townCode: '421202003000' },
    category: '11.1',
    urgency: 'critical',
    replyWanted: true,
    call: { callId: 'call-demo-overdue', agentId: 'seat-03' },
  },
};
