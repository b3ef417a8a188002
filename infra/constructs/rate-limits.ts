/**
 * How much each group of routes takes at the edge, as data. API Gateway counts every method of the stage by itself: a
 * bucket of `burst` requests that fills again at `rate` a second, for all callers of that method together. What is over is
 * answered 429 before a function sees it.
 *
 * The measure: a county's busiest hour brings a few hundred requests, one in ten seconds. Limits stand two hundred times
 * above that, so that only a fault or an attack meets them; and low enough that neither takes the account's concurrency
 * from the other doors.
 */

/** Requests a second, and how many at once when the bucket is full. */
export interface Limit {
  readonly rate: number;
  readonly burst: number;
}

export interface LimitGroup extends Limit {
  readonly id: string;
  /** Beginnings of paths; the longest that fits decides. */
  readonly paths: readonly string[];
  /** Why these figures. */
  readonly reason: string;
}

/** Of every method that no group names. */
export const STAGE_LIMIT: Limit = { rate: 200, burst: 400 };

export const LIMIT_GROUPS: readonly LimitGroup[] = [
  {
    id: 'phone forms',
    paths: ['/channels/phone/'],
    rate: 20,
    burst: 40,
    reason: 'A call centre that was cut off for a day sends its backlog, some hundred forms, within half a minute.',
  },
  {
    id: 'phone vendor pushes',
    paths: ['/channels/phone/vendors/'],
    rate: 50,
    burst: 100,
    reason:
      'Two pushes a call, and a vendor gives up after three tries (tccc) or comes again an hour later (huawei): wider ' +
      'than the forms, which are repeated until they are taken.',
  },
  {
    id: 'website messages',
    paths: ['/channels/website/'],
    rate: 20,
    burst: 40,
    reason: 'A board posts its last day again every night: a few hundred replays in a row, one connection each.',
  },
  {
    id: 'WeChat mini-program',
    paths: ['/channels/wechat/'],
    rate: 20,
    burst: 40,
    reason:
      'People at their phones: a campaign brings tens a minute. Each login asks WeChat, whose own quota must outlast ' +
      'whoever tries codes.',
  },
  {
    id: 'WeChat message push',
    paths: ['/channels/wechat/messages'],
    ...STAGE_LIMIT,
    reason:
      'WeChat sends three times within seconds and then never again, so a throttled push is a lost request. No lower than ' +
      'the stage: far above what the writers of one account can cause, three tries each included.',
  },
  {
    id: 'citizens',
    paths: ['/tickets/', '/channels/wechat/tickets'],
    rate: 20,
    burst: 40,
    reason:
      'Ten characters of base32 are 10¹⁵ query codes; at 20 a second nobody finds one. A thousand citizens who look at ' +
      'their tickets within the same minute fit.',
  },
  {
    id: 'departments',
    paths: ['/departments/'],
    rate: 50,
    burst: 100,
    reason:
      'Sixty units that each poll their list at the full minute are one burst; their commands come after callbacks.',
  },
  {
    id: 'clerks',
    paths: ['/clerk'],
    rate: 20,
    burst: 40,
    reason:
      'Twenty characters of base32 are 10³⁰ link codes; nobody finds one, and whoever tries takes little from the other ' +
      'doors. A page load is one request to each of four methods, so forty clerks who open theirs at the same moment fit.',
  },
  {
    id: 'hotline desk',
    paths: ['/hotline/'],
    rate: 50,
    burst: 100,
    reason: 'Thirty seats whose screens reload several lists after each command.',
  },
];

/** The group of a path; `undefined`: the stage's own limit holds. */
export function limitGroupOf(path: string): LimitGroup | undefined {
  let found: LimitGroup | undefined;
  let length = 0;
  for (const group of LIMIT_GROUPS) {
    for (const begin of group.paths) {
      if (begin.length > length && path.startsWith(begin)) [found, length] = [group, begin.length];
    }
  }
  return found;
}
