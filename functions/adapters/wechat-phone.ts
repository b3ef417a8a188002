/** 手机号快速验证: a code of the mini-program's button becomes the number that the citizen let WeChat hand over. */
import * as z from 'zod';
import { PlatformBusy } from '#functions/ports/channel-feedback.ts';
import { callWithToken, type WechatAccount } from './wechat-token.ts';

/** Milliseconds of one exchange. With a spent token there are up to five, and the function has fifteen seconds. */
const TIMEOUT_MS = 2500;

const Answer = z.object({
  errcode: z.int().optional(),
  phone_info: z
    .object({
      /** Without the country's code. */
      purePhoneNumber: z.string().regex(/^[\d -]{4,20}$/),
      /** Documented as a string, answered as a number in the documentation's own example. */
      countryCode: z.union([z.string(), z.int()]),
      watermark: z.object({ appid: z.string() }).optional(),
    })
    .optional(),
});

export type PhoneResult =
  /** `number` with its country's code, not checked further. */
  | { readonly ok: true; readonly number: string }
  /** `code`: unknown, used, expired or another account's. `tooOften`: per-minute quota. `detail` is a code for our log. */
  | { readonly ok: false; readonly fault: 'code' | 'tooOften' | 'unavailable'; readonly detail: string };

/** 40013: the code is of another mini-program than the token. */
const faults: Readonly<Record<number, 'code' | 'tooOften'>> = {
  40013: 'code',
  40029: 'code',
  40163: 'code',
  41008: 'code',
  45011: 'tooOften',
};

/**
 * `POST {apiBase}/wxa/business/getuserphonenumber`. A code serves once, so −1 (系统繁忙) isn't tried again: what became of the
 * code is not known then, and the button gives another one. Never throws for what WeChat does.
 */
export async function wechatPhone(account: WechatAccount, code: string): Promise<PhoneResult> {
  try {
    const path = '/wxa/business/getuserphonenumber';
    const { errcode, phone_info } = await callWithToken(account, path, { code }, Answer, TIMEOUT_MS);
    if (phone_info === undefined) {
      return { ok: false, fault: faults[errcode ?? 0] ?? 'unavailable', detail: `errcode ${errcode ?? 'none'}` };
    }
    const { purePhoneNumber, countryCode, watermark } = phone_info;
    if (watermark !== undefined && watermark.appid !== account.appid) {
      return { ok: false, fault: 'code', detail: 'watermark' };
    }
    return { ok: true, number: `+${String(countryCode).replace(/^\+/, '')}${purePhoneNumber}` };
  } catch (error) {
    if (!(error instanceof PlatformBusy)) throw error;
    return { ok: false, fault: 'unavailable', detail: error.code };
  }
}
