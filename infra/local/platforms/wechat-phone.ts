/**
 * 手机号快速验证 of the WeChat stand-in: codes of the button that asks for the number. A code `phone-<number>` stands for that
 * number (`phone-13800000001`, `phone-85291234567` with its country), serves once and, made by `issue`, for five minutes.
 */
import { randomInt } from 'node:crypto';

const LIFETIME_MS = 300_000;
/** Mainland numbers have eleven digits and begin with 1; others are written with their country's code. */
const CODE = /^phone-(?:(1\d{10})|(\d{2,3})(\d{8}))(?:-\w+)?$/;

export interface PhoneInfo {
  readonly phoneNumber: string;
  readonly purePhoneNumber: string;
  readonly countryCode: string | number;
  readonly watermark: { readonly timestamp: number; readonly appid: string };
}

export class WechatPhones {
  readonly #appid: string;
  readonly #used = new Set<string>();
  /** Code → when it ends, epoch ms. */
  readonly #ends = new Map<string, number>();

  constructor(appid: string) {
    this.#appid = appid;
  }

  /** A new code for this number, good until `nowMs` + 5 minutes. */
  issue(number: string, nowMs: number): string {
    const code = `phone-${number}-${randomInt(2 ** 40).toString(36)}`;
    this.#ends.set(code, nowMs + LIFETIME_MS);
    return code;
  }

  /** What the code stands for; undefined for one that is unknown, used or over. */
  redeem(code: string, nowMs: number): PhoneInfo | undefined {
    const [, mainland, country = '86', abroad = ''] = CODE.exec(code) ?? [];
    const pure = mainland ?? abroad;
    if (pure === '' || this.#used.has(code) || (this.#ends.get(code) ?? nowMs + 1) <= nowMs) return undefined;
    this.#used.add(code);
    return {
      phoneNumber: mainland ?? `+${country}${pure}`,
      purePhoneNumber: pure,
      // The documentation says string and shows a number: both come.
      countryCode: mainland === undefined ? country : Number(country),
      watermark: { timestamp: Math.floor(nowMs / 1000), appid: this.#appid },
    };
  }
}
