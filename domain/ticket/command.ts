/** Everything that `decide` can be asked: the posted commands and those that only the system gives. */
import type { SlaRules } from '#domain/sla/clock.ts';
import type { KeptAttachment } from '#schemas/attachment.ts';
import type { DepartmentCommand, HotlineCommand, RatingRequest } from '#schemas/command.ts';
import type { EventOf, TicketEvent } from '#schemas/event.ts';
import type { IntakeRequest } from '#schemas/intake.ts';
import type { RoutingDecision } from '#schemas/routing.ts';
import type { KeptRecording, Ticket, TicketText } from '#schemas/ticket.ts';

/** 登记并派单: the router's command, with the decision that it came to. */
export interface Register {
  readonly command: 'register';
  readonly intake: IntakeRequest;
  readonly decision: RoutingDecision;
  /** Other tickets that this one may repeat. */
  readonly similar?: readonly string[];
}
/** The alarm clock rang: fire every mark that is due. */
export interface Tick {
  readonly command: 'tick';
}
export interface RecordFeedback
  extends Pick<EventOf<'feedbackRecorded'>, 'forSeq' | 'notice' | 'channel' | 'outcome' | 'detail'> {
  readonly command: 'recordFeedback';
}
export interface Rate extends RatingRequest {
  readonly command: 'rate';
}
export interface Urge {
  readonly command: 'urge';
}
export interface Append {
  readonly command: 'append';
  readonly text: string;
  readonly attachments?: readonly KeptAttachment[];
  /** The text speaks of danger to life. */
  readonly danger?: true;
  /** It came as a message, and nobody is there to hear a refusal. */
  readonly asMessage?: true;
}
export interface Withdraw {
  readonly command: 'withdraw';
}
/** 补充录音: recordings that the telephone system sent after the seat's form. */
export interface AttachRecordings {
  readonly command: 'attachRecordings';
  readonly recordings: readonly KeptRecording[];
}
export interface RecordContentCheck extends Pick<EventOf<'contentChecked'>, 'outcome' | 'label'> {
  readonly command: 'recordContentCheck';
}
/** 再派单: the router looks again at a ticket of the desk, with all that was said since. */
export interface Reroute {
  readonly command: 'reroute';
  readonly decision: RoutingDecision;
}
/** 未送达: a dispatch has not reached its unit in time. */
export interface RecordDeliveryLate extends Pick<EventOf<'deliveryLate'>, 'unit' | 'n' | 'since'> {
  readonly command: 'recordDeliveryLate';
}
/** 恢复送达, or nobody waits for it any more. */
export interface RecordDeliveryRecovered
  extends Pick<EventOf<'deliveryRecovered'>, 'unit' | 'n' | 'minutesLost' | 'how'> {
  readonly command: 'recordDeliveryRecovered';
}
export type CitizenCommand = Rate | Urge | Append | Withdraw;
export type SystemCommand =
  | Register
  | Tick
  | RecordFeedback
  | AttachRecordings
  | RecordContentCheck
  | Reroute
  | RecordDeliveryLate
  | RecordDeliveryRecovered;
/** 代诉求人: the agent says it for the citizen on the line. */
export type OnBehalfCommand = Extract<HotlineCommand, { command: CitizenCommand['command'] }>;
export type DeskCommand = Exclude<HotlineCommand, OnBehalfCommand>;
export type TicketCommand = SystemCommand | CitizenCommand | DepartmentCommand | HotlineCommand;
export type CommandOf<N extends TicketCommand['command']> = Extract<TicketCommand, { command: N }>;

/** What `decide` needs to know of the world; handed in, so that it stays a pure function. */
export interface DecideContext {
  /** Office time, epoch ms. */
  readonly now: number;
  /** The district's calendar and limits. */
  readonly rules: SlaRules;
  isUnit(id: string): boolean;
  isCategory(code: string): boolean;
  isTown(code: string): boolean;
  /** 热线办: the unit that holds what no department owns. */
  readonly desk: string;
}

export type RejectionCode =
  | 'stateForbids'
  | 'roleForbids'
  | 'notOwner'
  | 'ruleForbids'
  | 'unknownUnit'
  | 'unknownCategory'
  | 'unknownTown'
  | 'notYetSupported';

export interface Rejection {
  readonly code: RejectionCode;
  /** English, for a programmer; holds no data of the ticket. */
  readonly detail: string;
}
export interface NewText {
  readonly key: string;
  readonly text: TicketText;
}
export type Decision =
  | {
      readonly ok: true;
      readonly events: readonly TicketEvent[];
      readonly texts: readonly NewText[];
      readonly ticket: Ticket;
    }
  | { readonly ok: false; readonly rejection: Rejection };
