/** Everything that `decide` can be asked: the posted commands and those that only the system gives. */
import type { SlaRules } from '#domain/sla/clock.ts';
import type { KeptAttachment } from '#schemas/attachment.ts';
import type { DepartmentCommand, HotlineCommand, RatingRequest } from '#schemas/command.ts';
import type { Instant } from '#schemas/common.ts';
import type { UnitLevel } from '#schemas/district.ts';
import type { EventOf, TicketEvent } from '#schemas/event.ts';
import type { IntakeRequest } from '#schemas/intake.ts';
import type { Danger, RoutingDecision } from '#schemas/routing.ts';
import type { HandlerRole, KeptRecording, Ticket, TicketText } from '#schemas/ticket.ts';

/** 登记并派单: the router's command, with the decision that it came to. */
export interface Register {
  readonly command: 'register';
  readonly intake: IntakeRequest;
  readonly decision: RoutingDecision;
  /** Other tickets that this one may repeat. */
  readonly similar?: readonly string[];
}
/** The alarm clock rang: fire every mark that is due. `renew`: the alarm itself is so old that it needs a successor. */
export interface Tick {
  readonly command: 'tick';
  readonly renew?: boolean;
}
/** 重算: the days that provisional deadlines needed may be official by now. */
export interface Recalculate {
  readonly command: 'recalculate';
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
  /** What the text says of danger to life. */
  readonly danger?: Danger;
  /** It came as a message, received at this instant by its channel, and nobody is there to hear a refusal. */
  readonly saidAt?: Instant;
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
/** 第二意见: keeps what a language model answered whoever asked. */
export interface RecordOpinion extends Pick<EventOf<'opinionGiven'>, 'model' | 'candidates'> {
  readonly command: 'recordOpinion';
}
/** 并入: the other side of a merge; the two are committed together. */
export interface Absorb {
  readonly command: 'absorb';
  readonly from: string;
  readonly reason: string;
}
/** 拆出的工单: the other side of a split; the two are committed together. */
export interface RegisterSplit {
  readonly command: 'registerSplit';
  readonly ticketNo: string;
  readonly parent: Ticket;
  readonly title: string;
  readonly content: string;
  readonly owner: string;
  readonly category?: string | undefined;
  readonly reason: string;
}
/** 主单答复 for the citizen of a merged ticket. */
export interface AnswerByMain {
  readonly command: 'answerByMain';
  readonly main: string;
  /** The main ticket's event that brought it: an older one never replaces a newer one. */
  readonly mainSeq: number;
  /** Who answered. */
  readonly by?: string | undefined;
  readonly resultCode: EventOf<'answeredByMain'>['resultCode'];
  readonly publicAnswer: string;
}
/** 随主单重办, for the citizen of a merged ticket: the main ticket's answer holds no more. */
export interface ReworkByMain extends Pick<AnswerByMain, 'main' | 'mainSeq'> {
  readonly command: 'reworkByMain';
}
/** 查看原文: an auditor's look behind the mask. */
export interface Unmask {
  readonly command: 'unmask';
  readonly reason: string;
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
  | AnswerByMain
  | ReworkByMain
  | Register
  | Tick
  | Recalculate
  | RecordFeedback
  | AttachRecordings
  | RecordContentCheck
  | Reroute
  | RecordDeliveryLate
  | RecordDeliveryRecovered;
/** 代诉求人: the agent says it for the citizen on the line. */
export type OnBehalfCommand = Extract<HotlineCommand, { command: CitizenCommand['command'] }>;
/** A part's number is drawn at the door. */
type Split = Extract<HotlineCommand, { command: 'split' }> & { readonly newTicketNo?: string };
/** What operators give that isn't posted as such. */
type InnerCommand = RecordOpinion | Absorb | RegisterSplit | Unmask;
export type DeskCommand = Exclude<HotlineCommand, OnBehalfCommand | { command: 'split' }> | Split | InnerCommand;
export type TicketCommand = SystemCommand | CitizenCommand | DepartmentCommand | OnBehalfCommand | DeskCommand;
export type CommandOf<N extends TicketCommand['command']> = Extract<TicketCommand, { command: N }>;

/** What `decide` needs to know of the world; handed in, so that it stays a pure function. */
export interface DecideContext {
  /** Office time, epoch ms. */
  readonly now: number;
  /** The district's calendar and limits. */
  readonly rules: SlaRules;
  isUnit(id: string): boolean;
  levelOf(id: string): UnitLevel | undefined;
  /** Who of the unit is addressed now: A, unless A is on leave. */
  handlerOf(id: string): HandlerRole;
  /** The other ticket of a merge. */
  readonly other?: Ticket | undefined;
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
  /** 指定承办后不得退单 */
  | 'noReturn'
  | 'returnLimit'
  | 'extensionLimit'
  | 'tooLate'
  | 'unknownTicket'
  | 'unknownUnit'
  | 'unknownCategory'
  | 'unknownTown';

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
