/** Limits, clocks and warnings (时限、计时、预警): what the district's data files say and what a ticket stores of them. */
import * as z from 'zod';
import { Instant, Kind, UnitId, Urgency } from './common.ts';

/** naturalMinutes: wall clock. workingMinutes: office hours from the start on. workingDays: start day not counted, due at closing. */
export const LimitUnit = z.enum(['naturalMinutes', 'workingMinutes', 'workingDays']);
export type LimitUnit = z.infer<typeof LimitUnit>;

/** 时限: how much, counted how. At least 1 of its unit. */
export const Limit = z.strictObject({ amount: z.int().min(1).max(1_000_000), unit: LimitUnit });
export type Limit = z.infer<typeof Limit>;

/** 计时项: 派单, 签收, 受理, 首次联系, 办结, 回访, 重办, 退单审核, 延期审核, 答复审核, 裁定, 报到, 协办, 挂起, 现场核查. */
export const ClockId = z.enum([
  'dispatch',
  'sign',
  'accept',
  'contact',
  'finish',
  'visit',
  'rework',
  'returnReview',
  'extensionReview',
  'replyReview',
  'arbitration',
  'reportIn',
  'assist',
  'pause',
  'onSite',
]);
export type ClockId = z.infer<typeof ClockId>;
/** Those with a limit of their own; a pause ends when it was told to. */
export const TimedClockId = ClockId.exclude(['pause']);
export type TimedClockId = z.infer<typeof TimedClockId>;

/** 预警颜色: 黄, 橙 warn before the limit; 红 is the limit itself. In the order in which they come. */
export const Colour = z.enum(['yellow', 'orange', 'red']);
export type Colour = z.infer<typeof Colour>;

/**
 * 预警等级: the colours; `repeat`, red once more while the clock runs on overdue; `inspection`, when it goes to the district's
 * inspection office (督查室).
 */
export const Grade = z.enum([...Colour.options, 'repeat', 'inspection']);
export type Grade = z.infer<typeof Grade>;

/**
 * 预警对象: the holder's A and B handlers, its liaison leader (分管联络领导) and its head; the hotline's dispatchers and its
 * head (热线办负责人); the inspection office.
 */
export const Recipient = z.enum(['handlerA', 'handlerB', 'liaison', 'head', 'dispatcher', 'hotline', 'inspection']);
export type Recipient = z.infer<typeof Recipient>;

const perColour = { yellow: Instant, orange: Instant, red: Instant };

/** 一次计时: one holder's run of one clock, stored on the ticket. All times carry +08:00. */
export const Clock = z.strictObject({
  id: ClockId,
  /** Which run of this clock on this ticket, e.g. `sign#2` after a return. Each colour fires once per instance. */
  instance: z.string().regex(/^[a-zA-Z]+#[1-9]\d*$/, 'an instance looks like sign#1'),
  /** The unit whose time runs; `hotline` for the hotline's own clocks. */
  holder: UnitId,
  limit: Limit,
  startedAt: Instant,
  dueAt: Instant,
  /** 暂定: the deadline needed a day for which no official notice is known yet, Monday to Friday was assumed. */
  provisional: z.boolean(),
  /** 时限说明: which days counted and which did not, in Chinese; of calendar and limit alone, so it names nobody. */
  why: z.string().max(400).optional(),
  /** When each colour becomes due. */
  marks: z.strictObject(perColour),
  /** When each colour was in fact raised. */
  fired: z.strictObject(perColour).partial(),
  /** 超期: from red on. When red comes again and how often it did; when the inspection office hears of it, and when it did. */
  overdue: z
    .strictObject({ repeatAt: Instant, repeats: z.int().min(0), inspectionAt: Instant, inspected: Instant.optional() })
    .optional(),
  /** Milliseconds of this clock's own time that passed before a pause (挂起); this run has the rest. */
  usedMs: z.int().min(0).optional(),
  /**
   * 此前各段: when the run ran before `startedAt`, oldest first; between two it stood. `cut`: it did not stand, but from there on a
   * shorter limit has counted in place of this one.
   */
  ran: z.array(z.strictObject({ from: Instant, to: Instant, cut: Limit.optional() })).optional(),
  /** 另定: the deadline was extended (延期), or the limit is that of a supervision (督办): no change of urgency moves it. */
  set: z.enum(['deadline', 'limit']).optional(),
  /** Of an extended deadline that stood: milliseconds of this clock's own time that were left when it went on. */
  leftMs: z.int().min(0).optional(),
  /** B 角接办: when the substitute takes over from A, if nothing has happened by then; `done` when that was. */
  handover: z.strictObject({ at: Instant, done: Instant.optional() }).optional(),
  /** When this holder took over a run that had begun before; without it the run began with the holder. */
  heldSince: Instant.optional(),
  stoppedAt: Instant.optional(),
});
export type Clock = z.infer<typeof Clock>;

const source = z.string().min(1).describe('The document that says so, or that this is a default of ours.');

/** A clock's limit by urgency. Where an urgency has none of its own, the limit for `normal` holds. */
export const LimitRow = z.strictObject({
  critical: Limit.optional(),
  urgent: Limit.optional(),
  normal: Limit,
  source,
});
export type LimitRow = z.infer<typeof LimitRow>;

/** Raised at `ratio` of the limit, or when `left` is left of a long limit, whichever comes first. */
export const WarningRule = z.strictObject({
  ratio: z.number().gt(0).lt(1),
  left: z.strictObject({ amount: z.int().min(1), unit: z.enum(['workingMinutes', 'workingDays']) }).optional(),
});
export type WarningRule = z.infer<typeof WarningRule>;

/** 预警阈值. Red needs no rule: it is the deadline. */
export const WarningRules = z
  .strictObject({
    yellow: WarningRule,
    orange: WarningRule,
    /** `left` counts only for limits of at least so many working days. */
    leftAppliesFromWorkingDays: z.int().min(2),
    /** Red comes again so often while the clock runs on overdue. */
    repeatEvery: z.strictObject({ amount: Limit.shape.amount, unit: LimitUnit.exclude(['workingDays']) }),
    /** The inspection office hears of it so long after red. */
    inspectionAfter: Limit,
    /** 分级推送: who is warned. `message`: by short message, too; everybody else reads it in their system or on the desk. */
    recipients: z.record(Grade, z.strictObject({ to: z.array(Recipient).min(1), message: z.array(Recipient) })),
    source,
  })
  .refine((rules) => rules.yellow.ratio <= rules.orange.ratio, {
    path: ['yellow', 'ratio'],
    message: 'yellow comes before orange',
  })
  .superRefine(({ recipients }, ctx) => {
    for (const [grade, { to, message }] of Object.entries(recipients)) {
      if (message.every((recipient) => to.includes(recipient))) continue;
      const path = ['recipients', grade, 'message'];
      ctx.addIssue({ code: 'custom', path, message: 'a short message goes to those who are warned' });
    }
  });
export type WarningRules = z.infer<typeof WarningRules>;

/** 时限方案: a district's limits.json. Total: every clock, and for finish every kind, has a row. */
export const LimitProfile = z.strictObject({
  profile: z.string().regex(/^[a-z][a-z0-9-]*$/),
  name: z.string().min(1),
  limits: z.record(TimedClockId.exclude(['finish']), LimitRow),
  finish: z.record(Kind, LimitRow),
  warnings: WarningRules,
  /** 未送达告警: how long after a dispatch its unit must have been reached. */
  undelivered: LimitRow,
  /** 局长督办 of an enterprise's dissatisfied ticket: the limit for signing in place of the usual one; `limits.onSite` is the other. */
  director: z.strictObject({ sign: Limit, source }),
  /** 催办间隔: how long after an urge the same citizen may urge again. */
  urgeInterval: z.strictObject({ limit: Limit, source }),
  /** B 角接办: the share of the sign limit after which the substitute takes over. */
  substitute: z.strictObject({ ratio: z.number().gt(0).lt(1), source }),
  /** 退单: how many a ticket bears, and how many of them one unit may make; what comes after goes to arbitration. */
  returns: z.strictObject({ perTicket: z.int().min(1), perUnit: z.int().min(1), source }),
  /** 延期: at most so much behind the deadline. */
  extension: z.strictObject({ limit: Limit, source }),
  /** 挂起: at most so long each, and at most so often a ticket. */
  suspension: z.strictObject({ limit: Limit, perTicket: z.int().min(1), source }),
  /** 重开期: how long after the end a ticket may be taken up again. */
  reopenWindow: z.strictObject({ limit: Limit, source }),
});
export type LimitProfile = z.infer<typeof LimitProfile>;

/** What a limit is looked up by. */
export const LimitQuery = z.strictObject({ clock: TimedClockId, kind: Kind, urgency: Urgency });
export type LimitQuery = z.infer<typeof LimitQuery>;

const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'a time of day looks like 08:30');
const MonthDay = z.string().regex(/^(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, 'a day of the year looks like 06-01');

/** 办公时间段, half open: `from` belongs to it, `to` does not. */
export const OfficeSpan = z.strictObject({ from: TimeOfDay, to: TimeOfDay }).refine((span) => span.from < span.to, {
  path: ['to'],
  message: 'ends after it begins',
});
export type OfficeSpan = z.infer<typeof OfficeSpan>;

/** The spans of one day in order, without overlap; a lunch break is the gap between two. */
export const OfficeDay = z
  .array(OfficeSpan)
  .min(1)
  .refine((spans) => spans.every((span, i) => i === 0 || (spans[i - 1] as OfficeSpan).to <= span.from), {
    message: 'spans are in order and do not overlap',
  });
export type OfficeDay = z.infer<typeof OfficeDay>;

/** 夏令/冬令作息: other hours from one day of the year to another, both included; may run over the turn of the year. */
export const OfficeSeason = z.strictObject({
  name: z.string().min(1),
  from: MonthDay,
  until: MonthDay,
  hours: OfficeDay,
});
export type OfficeSeason = z.infer<typeof OfficeSeason>;

/** A day that departs from Monday to Friday: `off` true is a holiday (放假), false a make-up working day (调休上班). */
export const OfficialDay = z.strictObject({ date: z.iso.date(), name: z.string().min(1).max(30), off: z.boolean() });
export type OfficialDay = z.infer<typeof OfficialDay>;

/** One year's notice of the State Council's General Office. It may reach back into the last days of the year before. */
export const OfficialYear = z.strictObject({
  year: z.int().min(1992),
  notice: z.url(),
  days: z.array(OfficialDay).min(1),
});
export type OfficialYear = z.infer<typeof OfficialYear>;

/** 工作日历: a district's calendar.json. */
export const CalendarData = z
  .strictObject({
    source,
    /** Years without gaps, oldest first. */
    years: z.array(OfficialYear).min(1),
    /** Last day whose status is official. A deadline that needs a later day is provisional. */
    coveredUntil: z.iso.date(),
    office: z.strictObject({ source, hours: OfficeDay, seasons: z.array(OfficeSeason) }),
  })
  .superRefine((data, ctx) => {
    const complain = (path: PropertyKey[], message: string) => ctx.addIssue({ code: 'custom', path, message });
    const seen = new Set<string>();
    data.years.forEach(({ year, days }, y) => {
      const before = data.years[y - 1];
      if (before && before.year + 1 !== year) complain(['years', y, 'year'], 'years follow each other without gaps');
      days.forEach(({ date }, d) => {
        const path = ['years', y, 'days', d, 'date'];
        if (date < `${year - 1}-12-01` || date > `${year}-12-31`) complain(path, 'is outside the year of its notice');
        if (seen.has(date)) complain(path, 'is listed twice');
        seen.add(date);
      });
    });
    const last = data.years.at(-1);
    if (last && !data.coveredUntil.startsWith(`${last.year}-`)) {
      complain(['coveredUntil'], 'lies in the last year that has a notice');
    }
  });
export type CalendarData = z.infer<typeof CalendarData>;
