/** Words that every other schema uses: channels, kinds of request, times, identifiers. */
import * as z from 'zod';

/** 渠道: where a citizen spoke. The answer goes back through the same one. */
export const Channel = z.enum(['phone', 'wechat', 'website']);
export type Channel = z.infer<typeof Channel>;

/** 诉求类型: 咨询, 求助, 投诉, 举报, 建议, 表扬. */
export const Kind = z.enum(['consult', 'help', 'complaint', 'report', 'suggestion', 'praise']);
export type Kind = z.infer<typeof Kind>;

/** 紧急程度: 特急, 紧急, 一般. */
export const Urgency = z.enum(['critical', 'urgent', 'normal']);
export type Urgency = z.infer<typeof Urgency>;

/** An instant as ISO 8601 with an offset and at most nine digits of a second, e.g. `2026-11-23T09:30:00+08:00`. */
export const Instant = z.iso
  .datetime({ offset: true })
  .refine((text) => !/\.\d{10}/.test(text), 'a second has at most nine digits behind the dot');
export type Instant = z.infer<typeof Instant>;

/** 工单编号: two letters of the district, the day, seven random digits and a Luhn check digit. */
export const TicketNo = z.string().regex(/^[A-Z]{2}\d{16}$/, 'a ticket number is two letters and sixteen digits');
export type TicketNo = z.infer<typeof TicketNo>;

/** 查询码: ten characters of Crockford base32; proves that the asker holds the receipt. */
export const QueryCode = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{10}$/, 'a query code is ten characters');
export type QueryCode = z.infer<typeof QueryCode>;

/** A unit's id in the district folder, e.g. `renshe` or `guanbuqiao`; `hotline` is the hotline's desk. */
export const UnitId = z.string().regex(/^[a-z][a-z0-9-]{1,40}$/);
export type UnitId = z.infer<typeof UnitId>;

/** 目录编码, e.g. `01.3`. */
export const CategoryCode = z.string().regex(/^\d{2}(\.\d{1,2})?$/, 'a catalogue code looks like 01 or 01.3');
export type CategoryCode = z.infer<typeof CategoryCode>;

/** An identifier of somebody else's system: visible ASCII without blanks. */
export const Identifier = (max: number) =>
  z.string().regex(new RegExp(`^[\\x21-\\x7e]{1,${max}}$`), `visible ASCII characters without blanks, at most ${max}`);

/** Text without control characters (line breaks and tabs are kept); lone surrogates and noncharacters are refused. */
export const PlainText = (max: number, min = 1) =>
  z
    .string()
    .trim()
    .min(min)
    .max(max)
    .refine((text) => text.isWellFormed(), 'must be well-formed Unicode')
    .refine((text) => !/\p{Noncharacter_Code_Point}/u.test(text), 'must not hold noncharacters')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what the rule refuses
    .refine((text) => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text), 'must not hold control characters');
