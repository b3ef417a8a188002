/** 短信模板变量: a carrier takes short words only, no link, nothing empty; the template's own text is reviewed by it. */
import { cut } from './wechat-fields.ts';

const MAX = 20;
const LINK = /https?:|www\.|:\/\/|\.(cn|com|net|org)(?![a-z])/i;

/** The limit that the value breaks; undefined when a carrier takes it. */
export function brokenSmsLimit(value: string): string | undefined {
  if (value.trim() === '') return '不能为空';
  if ([...value].length > MAX) return `${MAX} 个字以内`;
  if (/\p{Cc}/u.test(value)) return '不能换行';
  return LINK.test(value) ? '不能有网址' : undefined;
}

/** The last guard before sending. */
export const fitSmsParam = (value: string): string => cut(value.replace(/\p{Cc}+/gu, ' ').trim(), MAX).trim() || '-';
