/** Types of jieban.mjs. A test of Jieban holds them to its schemas. Full description: `GET /openapi.json`. */

export type Status =
  | 'REGISTERED'
  | 'NOT_ACCEPTED'
  | 'DIRECT_CLOSED'
  | 'MERGED'
  | 'DISPATCHING'
  | 'AWAIT_SIGN'
  | 'SIGNED'
  | 'RETURN_REVIEW'
  | 'ARBITRATION'
  | 'HANDLING'
  | 'EXTENSION_REVIEW'
  | 'REPLIED'
  | 'AWAIT_VISIT'
  | 'REWORK'
  | 'CLOSED'
  | 'ARCHIVED'
  | 'CANCELLED';
export type Kind = 'consult' | 'help' | 'complaint' | 'report' | 'suggestion' | 'praise';
export type Urgency = 'critical' | 'urgent' | 'normal';
export type Channel = 'phone' | 'wechat' | 'website';

/** By the name of the clock (sign, accept, contact, finish …); ISO 8601 with +08:00. */
export type Deadlines = Record<string, string>;

/** `handler`: a staff number or role, no name. */
export type DepartmentCommand = { handler?: string | undefined } & (
  | { command: 'sign' }
  | { command: 'accept' }
  | { command: 'contact'; note?: string | undefined }
  | { command: 'progress'; note: string }
  | {
      command: 'reply';
      resultCode: 'solved' | 'partly' | 'unsolved' | 'unreasonable' | 'explained';
      /** 办理情况, for the hotline office. */
      handling: string;
      /** 公开答复, for the citizen. */
      publicAnswer: string;
    }
  | {
      command: 'return';
      reasonCode: 'notOurDuty' | 'wrongPlace' | 'incomplete' | 'duplicate' | 'statutoryRoute';
      reason: string;
      legalBasis: string;
      suggestedDepartment: string;
    }
  | { command: 'requestExtension'; newDeadline: string; reason: string }
  | { command: 'whistle'; units: string[]; reason: string }
  | { command: 'reportIn'; note?: string | undefined }
  | { command: 'finishAssist'; note: string }
  | { command: 'reportOnSite'; note: string }
  | { command: 'handOver'; to: 'A' | 'B'; reason: string }
);

export interface CommandAnswer {
  ticketNo: string;
  status: Status;
  ticketVersion: number;
  deadlines: Deadlines;
}

export interface WorkListEntry {
  ticketNo: string;
  ticketVersion: number;
  status: Status;
  kind: Kind;
  urgency: Urgency;
  owner: string;
  round: number;
  channel: Channel;
  receivedAt: string;
  deadlines: Deadlines;
  category?: string | undefined;
  townCode?: string | undefined;
}
export interface WorkList {
  tickets: WorkListEntry[];
  cursor?: string | undefined;
}

export interface ReconciliationEntry {
  ticketNo: string;
  ticketVersion: number;
  status: Status;
  round: number;
  updatedAt: string;
  deadlines: Deadlines;
  /** Your version is right from `lastCallback.ticketVersion` to `ticketVersion`. */
  lastCallback?: { n: number; ticketVersion?: number | undefined; state?: string | undefined } | undefined;
  /** It ended, or another has it. */
  departed?: { at: string; how: 'ended' | 'moved' } | undefined;
}
export interface Reconciliation {
  departmentId: string;
  day: string;
  tickets: ReconciliationEntry[];
  cursor?: string | undefined;
}

export interface Attachment {
  name: string;
  /** Expires; fetch it soon. */
  url: string;
  sha256?: string | undefined;
}

/** A callback: CloudEvents 1.0. */
export interface CallbackEvent {
  /** Equals the header `webhook-id`. */
  id: string;
  source: string;
  specversion: '1.0';
  /** `cn.jieban.ticket.<name>.v1` */
  type: string;
  /** The ticket's number. */
  subject: string;
  time: string;
  datacontenttype: 'application/json';
  dataschema: string;
  data: CallbackData;
}
export interface CallbackData {
  eventId: string;
  ticketNo: string;
  ticketVersion: number;
  status: Status;
  /** 1, 2, 3 … among this ticket's messages to you. */
  sequence: number;
  occurredAt: string;
  sender: string;
  receiver: string;
  round: number;
  deadlines: Deadlines;
  kind: Kind;
  urgency: Urgency;
  channel: Channel;
  category?: { code: string; name: string } | undefined;
  coHandlers: string[];
  reason?: string | undefined;
  /** What was decided about what you asked or answered. */
  decision?: { of: 'return' | 'extension' | 'answer'; approved: boolean } | undefined;
  /** Of `whistled`, `reportedIn`, `assistFinished`. */
  note?: string | undefined;
  /** Of `whistled` and `jointOpened`: the units that are called in. */
  units?: string[] | undefined;
  /** Of `reportedIn` and `assistFinished`. */
  unit?: string | undefined;
  supervision?: 'office' | 'director' | 'leader' | undefined;
  /** Who of your unit holds the ticket. */
  handler: 'A' | 'B';
  /** Of `merged`: the ticket that this one now answers for, too. */
  merged?: string | undefined;
  /** Of `suspended`. */
  until?: string | undefined;
  /** It can't be returned. */
  designated?: true | undefined;
  warning?:
    | {
        clock: string;
        colour: 'yellow' | 'orange' | 'red';
        grade: 'yellow' | 'orange' | 'red' | 'repeat' | 'inspection';
        dueAt: string;
        to: ('handlerA' | 'handlerB' | 'liaison' | 'head' | 'dispatcher' | 'hotline' | 'inspection')[];
      }
    | undefined;
  /** In `dispatched` and `reworkOrdered`. */
  request?:
    | {
        title: string;
        content: string;
        place: {
          text?: string | undefined;
          townCode?: string | undefined;
          town?: string | undefined;
          lat?: number | undefined;
          lng?: number | undefined;
          crs?: string | undefined;
        };
        occurredAt?: string | undefined;
        attachments: Attachment[];
      }
    | undefined;
  additions?: { at: string; text: string; attachments: Attachment[] }[] | undefined;
  /** Absent when the citizen's identity is confidential (保密) or unknown (匿名). */
  appellant?: { name?: string | undefined; phone?: string | undefined } | undefined;
}

export interface Options {
  /** Of the API, e.g. `https://jieban.example.gov.cn`. */
  baseUrl: string;
  departmentId: string;
  /** `whsec_…`; two during a rotation: the first signs, both verify. */
  secret: string | readonly string[];
  /** For each attempt; 10 s unless given. */
  timeoutMs?: number;
  /** Waits before the second, third … attempt; 0.5, 1, 2, 4, 8 s unless given. */
  waitsMs?: readonly number[];
}
export interface CommandOptions {
  /** The `webhook-id`: the same id is answered as the first time and changes nothing. */
  id?: string;
}

export class JiebanDepartment {
  constructor(options: Options);
  command(ticketNo: string, body: DepartmentCommand, options?: CommandOptions): Promise<CommandAnswer>;
  workList(query?: { status?: Status; cursor?: string }): Promise<WorkList>;
  tickets(query?: { status?: Status }): AsyncGenerator<WorkListEntry>;
  reconciliation(query?: { day?: string; cursor?: string }): Promise<Reconciliation>;
  reconciled(query?: { day?: string }): AsyncGenerator<ReconciliationEntry>;
  /** Throws when no secret signed these bytes, or more than five minutes away. */
  verify(rawBody: Buffer, headers: Record<string, string | string[] | undefined>): CallbackEvent;
}

/** Jieban answered, and refused. */
export class JiebanError extends Error {
  readonly status: number;
  /** Machine code, e.g. `stateForbids`; all of them are in the description for departments. */
  readonly code: string;
  readonly detail?: string | undefined;
  readonly errors: readonly { pointer: string; detail: string }[];
  constructor(
    status: number,
    problem: { code?: string; title?: string; detail?: string; errors?: { pointer: string; detail: string }[] },
  );
}

/** No answer came. */
export class JiebanUnreachable extends Error {
  /** Repeat the command under this id. */
  readonly id: string;
  constructor(id: string, cause: unknown);
}
