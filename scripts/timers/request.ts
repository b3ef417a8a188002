/** A request as the router registers it: what its clocks need is given, the rest is the same for all. */

import { toShanghai } from '#domain/calendar/shanghai.ts';
import type { Register } from '#domain/ticket/command.ts';
import type { Kind, Urgency } from '#schemas/common.ts';

export interface Request {
  readonly kind: Kind;
  readonly urgency: Urgency;
  readonly owner: string;
  /** Epoch ms of office time. */
  readonly at: number;
}

export function registration({ kind, urgency, owner, at }: Request): Register {
  return {
    command: 'register',
    intake: {
      schema: 1,
      channel: 'phone',
      ticketNo: 'XA2026010500000018',
      channelRef: 'call-1',
      receivedAt: toShanghai(at),
      callerToken: '0b9c1c8e-0000-4000-8000-000000000000',
      queryKeyId: 'k1',
      kind,
      title: '路灯不亮',
      content: '镇上主街的路灯有三盏不亮，晚上行走不便，请派人维修。',
      anonymous: false,
      confidential: false,
      enterprise: false,
      danger: false,
      urgency,
    },
    decision: {
      disposition: 'unit',
      owner,
      coHandlers: [],
      categoryCode: '01.1',
      townCode: '421202102000',
      urgency,
      enterprise: false,
      trace: {
        catalogueVersion: 'sample',
        rule: 'town-duty',
        inputs: ['content'],
        evidence: [],
        runnersUp: [],
        confidence: 0.9,
        sentence: '按事发地派单',
      },
    },
  };
}
