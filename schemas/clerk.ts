/**
 * 办理链接: for units without an API. A link belongs to one ticket and one unit; whoever holds its code reads that ticket and
 * gives the unit's commands, each once, until the link expires.
 */
import * as z from 'zod';
import { DepartmentCommand } from './command.ts';
import { Instant, Kind, PlainText, TicketNo, UnitId, Urgency } from './common.ts';
import { ClockId } from './sla.ts';
import { Status } from './ticket.ts';

/** 办理码: 100 bits as Crockford base32. Twenty characters are what a carrier takes as one parameter of a short message. */
export const LinkCode = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{20}$/, 'a link code is twenty characters');

/** Longest life of a link. Shorter than causes are remembered, so that no act of a living link is ever forgotten. */
export const MAX_LINK_HOURS = 168;

/** `clerkLinks` of district.json. */
export const ClerkLinkSettings = z.strictObject({
  /** 有效期: hours of real time. Three days outlast a weekend. */
  hours: z.int().min(1).max(MAX_LINK_HOURS).default(72),
  /** 短信模板 as the call centre's platform knows it; takes `ticketNo`, `code` and `unit`. */
  smsTemplate: z
    .string()
    .regex(/^[\w-]{1,64}$/, 'letters, digits, _ and - (字母、数字、_、-)')
    .default('clerkTask'),
});
export type ClerkLinkSettings = z.infer<typeof ClerkLinkSettings>;

/** `d3`: told with the unit's third message; `d3b` when that one was too old at a later attempt; `h…`: made by the desk. */
export const LinkNumber = z.string().regex(/^[a-z][0-9a-z]{1,15}$/);

/** A link as it is kept. Times are real time; the code itself is kept nowhere. */
export const ClerkLink = z.strictObject({
  ticketNo: TicketNo,
  unit: UnitId,
  number: LinkNumber,
  /** Name of the key that made the code. */
  kid: z.string(),
  madeAt: Instant,
  expiresAt: Instant,
  /** A staff number, or `dispatcher`. */
  by: z.string(),
  reason: z.string().optional(),
  /** 收回 */
  revoked: z.strictObject({ at: Instant, by: z.string(), reason: z.string() }).optional(),
});
export type ClerkLink = z.infer<typeof ClerkLink>;

/** What a link allows, in the order in which a ticket is worked. */
export const ClerkAct = z.enum([
  'sign',
  'accept',
  'return',
  'contact',
  'requestExtension',
  'reportOnSite',
  'progress',
  'reply',
]);
export type ClerkAct = z.infer<typeof ClerkAct>;

/** `POST /clerk/commands` */
export const ClerkCommand = DepartmentCommand.refine(({ command }) => ClerkAct.safeParse(command).success, {
  path: ['command'],
  message: `by a link: ${ClerkAct.options.join(', ')}`,
});

const reason = PlainText(200);
/** `POST /hotline/tickets/{ticketNo}/links`, and `…/links/revoke` */
export const LinkRequest = z.strictObject({ unit: UnitId, reason });

export const MadeLink = z.strictObject({
  url: z.string(),
  code: LinkCode,
  number: LinkNumber,
  unit: UnitId,
  expiresAt: Instant,
});
export type MadeLink = z.infer<typeof MadeLink>;

/** Oldest first. */
export const LinkList = z.strictObject({ links: z.array(ClerkLink.omit({ kid: true, ticketNo: true })) });
export type LinkList = z.infer<typeof LinkList>;

const named = <K extends z.ZodType>(code: K) => z.strictObject({ code, name: z.string() });
const attachments = z.array(z.strictObject({ name: z.string(), url: z.string(), sha256: z.string().optional() }));

/** `GET /clerk/ticket`: what the unit's clerk may see, ready to be shown. */
export const ClerkTask = z.strictObject({
  ticketNo: TicketNo,
  ticketVersion: z.int(),
  unit: named(UnitId),
  /** 主办, 协办: who helps may read. */
  role: z.enum(['owner', 'assisting']),
  status: named(Status),
  kind: named(Kind),
  urgency: named(Urgency),
  category: named(z.string()).optional(),
  /** 办理轮次 */
  round: z.int(),
  receivedAt: Instant,
  /** Office time of this answer: what is left of a deadline is counted from here. */
  now: Instant,
  linkExpiresAt: Instant,
  /** Of the unit's running clocks, the earliest first. `yellowAt`, `orangeAt`: when the warnings come; `why`: 时限说明. */
  deadlines: z.array(
    z.strictObject({
      clock: named(ClockId),
      dueAt: Instant,
      yellowAt: Instant,
      orangeAt: Instant,
      why: z.string().optional(),
    }),
  ),
  /** Why the hotline sent it, or sent it back. */
  reason: z.string().optional(),
  /** Absent when the ticket has ended, or the words were erased. */
  request: z
    .strictObject({ title: z.string(), content: z.string(), place: z.string().optional(), attachments })
    .optional(),
  additions: z.array(z.strictObject({ at: Instant, text: z.string(), attachments })),
  /** 保密或匿名: then there is no appellant. */
  discreet: z.boolean(),
  appellant: z.strictObject({ name: z.string().optional(), phone: z.string().optional() }).optional(),
  /** `used`: this link has done it, and does it no more. */
  acts: z.array(z.strictObject({ act: ClerkAct, state: z.enum(['possible', 'used', 'notNow']) })),
  choices: z.strictObject({
    results: z.array(named(z.string())),
    returnReasons: z.array(named(z.string())),
    /** 建议承办单位: every unit but this one. */
    units: z.array(named(UnitId)),
  }),
});
export type ClerkTask = z.infer<typeof ClerkTask>;
