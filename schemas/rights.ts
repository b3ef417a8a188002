/**
 * 个人信息权利 (《个人信息保护法》第四十四至四十七条): what a leader of the hotline does for a person who asks what is held about them,
 * to have it corrected or erased, and the record (处理记录) that each such act leaves.
 */
import * as z from 'zod';
import { LinkedAttachment } from './attachment.ts';
import { Channel, Instant, Kind, PlainText, TicketNo } from './common.ts';
import { CallerRecord } from './intake.ts';
import { ErasableKind } from './retention.ts';
import { KeptRecording, MaskedRequest, Status } from './ticket.ts';

/** Whose: all requests that a phone number finds, or one request. Who asked was made sure of by whoever acts. */
const subject = {
  phone: z.string().min(5).max(24).optional(),
  ticketNo: TicketNo.optional(),
  /** Kept in the record: no words of the request, no names. */
  reason: PlainText(200),
};
type Subject = { readonly phone?: string | undefined; readonly ticketNo?: string | undefined };
const one = ({ phone, ticketNo }: Subject): boolean => (phone === undefined) !== (ticketNo === undefined);
const ONE = { path: ['phone'], error: 'either phone or ticketNo' };

/** `POST /hotline/rights/export` */
export const ExportRequest = z.strictObject(subject).refine(one, ONE);

/** What a person may have erased. The record of who was given the data stays for its term: it shows that it was lawful. */
export const ErasableByRequest = ErasableKind.exclude(['records']);

/** `POST /hotline/rights/erase`; all three kinds unless told otherwise. */
export const EraseRequest = z
  .strictObject({ ...subject, kinds: z.array(ErasableByRequest).min(1).optional() })
  .refine(one, ONE)
  .refine(({ kinds }) => kinds === undefined || !kinds.includes('words') || kinds.includes('attachments'), {
    path: ['kinds'],
    error: 'words name the files: attachments go with them',
  });

export const RightsAct = z.enum(['exported', 'erased', 'corrected']);

/** `POST /hotline/rights/correct` */
export const CorrectRequest = z
  .strictObject({ ...subject, name: PlainText(50).optional(), newPhone: z.string().min(5).max(24).optional() })
  .refine(one, ONE)
  .refine(({ name, newPhone }) => (name ?? newPhone) !== undefined, {
    path: ['name'],
    error: 'name, newPhone or both',
  });

export const Corrected = z.strictObject({
  corrected: z.array(TicketNo),
  /** Nobody is known: anonymous, or erased. */
  unknown: z.array(TicketNo),
});
export type Corrected = z.infer<typeof Corrected>;

/** 处理记录: beside the ticket, kept as long as records of who was given the data. */
export const RightsEntry = z.strictObject({
  kind: z.literal('rightsAct'),
  ticketNo: TicketNo,
  act: RightsAct,
  at: Instant,
  by: z.string(),
  role: z.string(),
  reason: z.string(),
  kinds: z.array(ErasableByRequest).optional(),
});
export type RightsEntry = z.infer<typeof RightsEntry>;

/**
 * 提供记录: who got to see something of the request, and how. `callback`: a unit was sent a message; `link`: its clerk was given a
 * link; `unmask`: an auditor read it in full; the others are acts under this page.
 */
export const Disclosure = z.strictObject({
  how: z.enum(['callback', 'link', 'unmask', ...RightsAct.options]),
  /** A unit, or a staff number. */
  to: z.string(),
  at: Instant,
  /** Of a callback: what it said. */
  what: z.string().optional(),
  reason: z.string().optional(),
});
export type Disclosure = z.infer<typeof Disclosure>;

const HeldText = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('request'),
    title: z.string(),
    content: z.string(),
    placeText: z.string().optional(),
    place: z.looseObject({}).optional(),
    category: z.string().optional(),
    occurredAt: z.string().optional(),
    attachments: z.array(LinkedAttachment),
    recordings: z.array(KeptRecording),
    masked: MaskedRequest.optional(),
  }),
  /** Without the unit's internal words: they are not about the person who asks. */
  z.strictObject({ kind: z.literal('answer'), public: z.string() }),
  z.strictObject({
    kind: z.literal('note'),
    text: z.string(),
    attachments: z.array(LinkedAttachment).optional(),
    recordings: z.array(KeptRecording).optional(),
  }),
]);

export const HeldTicket = z.strictObject({
  ticketNo: TicketNo,
  channel: Channel,
  kind: Kind,
  receivedAt: Instant,
  status: Status,
  /** Absent of an anonymous caller, and after it was erased. */
  caller: CallerRecord.omit({ callerToken: true }).optional(),
  /** By the keys that `history` names; links to files are good for seven days. */
  texts: z.record(z.string(), HeldText),
  history: z.array(z.strictObject({ seq: z.int(), at: Instant, type: z.string(), textKey: z.string().optional() })),
  disclosures: z.array(Disclosure),
});
export type HeldTicket = z.infer<typeof HeldTicket>;

/** 查阅、复制: everything that is held about a person's requests. */
export const HeldData = z.strictObject({ at: Instant, tickets: z.array(HeldTicket) });
export type HeldData = z.infer<typeof HeldData>;

export const Erased = z.strictObject({
  erased: z.array(TicketNo),
  /** 办理中: somebody still owes an answer, or a part of the same request is open. Ask again when these have ended. */
  underWay: z.array(TicketNo),
  /** Rows and files that were taken away or emptied. */
  items: z.int().min(0),
});
export type Erased = z.infer<typeof Erased>;
