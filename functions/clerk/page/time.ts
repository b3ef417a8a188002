/** 剩余时间: what is left of a deadline, in words, and how pressing it is. Pure; office time in, so that a fast local clock fits. */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export type Pressure = 'calm' | 'soon' | 'urgent' | 'over';

/** As the office warns: yellow, orange, and red when it is over. All in epoch ms. */
export function pressureOf(now: number, due: number, yellow: number, orange: number): Pressure {
  if (now >= due) return 'over';
  if (now >= orange) return 'urgent';
  return now >= yellow ? 'soon' : 'calm';
}

/** `还剩 3 小时 20 分`, `已超过 2 天`. */
export function leftInWords(now: number, due: number): string {
  const span = Math.abs(due - now);
  return `${now < due ? '还剩' : '已超过'} ${spanInWords(span)}`;
}

function spanInWords(span: number): string {
  if (span < MINUTE) return '不到 1 分钟';
  const days = Math.floor(span / DAY);
  const hours = Math.floor((span % DAY) / HOUR);
  const minutes = Math.floor((span % HOUR) / MINUTE);
  if (days > 0) return hours === 0 ? `${days} 天` : `${days} 天 ${hours} 小时`;
  if (hours > 0) return minutes === 0 ? `${hours} 小时` : `${hours} 小时 ${minutes} 分`;
  return `${minutes} 分钟`;
}

const WEEKDAYS = ['日', '一', '二', '三', '四', '五', '六'];

/** `11月24日（周二）17:30`, on the office's wall clock wherever the phone is. */
export function momentInWords(instant: number): string {
  const there = new Date(instant + 8 * HOUR);
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${two(there.getUTCHours())}:${two(there.getUTCMinutes())}`;
  return `${there.getUTCMonth() + 1}月${there.getUTCDate()}日（周${WEEKDAYS[there.getUTCDay()]}）${time}`;
}
