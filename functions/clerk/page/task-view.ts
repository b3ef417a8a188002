/** The ticket on the page: what is due, what the citizen asked, and what can be done about it now. */
import type { ClerkAct, ClerkTask } from '#schemas/clerk.ts';
import { ACTS } from './acts.ts';
import { button, el } from './dom.ts';
import { leftInWords, momentInWords, pressureOf } from './time.ts';

export interface TaskActions {
  /** Where the form of an act is to stand. */
  readonly open: (act: ClerkAct, place: HTMLElement) => void;
  readonly refresh: () => void;
  readonly leave: () => void;
}

const PRESSURE_WORDS = { calm: '', soon: '时限将近', urgent: '时限紧急', over: '已超时' } as const;

export function taskView(task: ClerkTask, actions: TaskActions): { element: HTMLElement; tick: () => void } {
  const { element: due, tick } = dueBanner(task);
  const element = el(
    'div',
    { class: 'task' },
    due,
    el('div', { class: 'columns' }, requestCard(task), workCard(task, actions), factsCard(task)),
  );
  return { element, tick };
}

/** Office time goes on from what the server said. */
function dueBanner(task: ClerkTask): { element: HTMLElement; tick: () => void } {
  const [first, ...others] = task.deadlines;
  if (first === undefined) {
    return {
      element: el('section', { class: 'due due-none', 'aria-label': '时限' }, statusLine(task)),
      tick: () => {},
    };
  }
  const began = performance.now();
  const now = () => Date.parse(task.now) + (performance.now() - began);
  const left = el('p', { class: 'due-left' });
  const warning = el('span', { class: 'due-warning' });
  const element = el(
    'section',
    { class: 'due', 'aria-label': '时限' },
    statusLine(task),
    el('p', { class: 'due-name' }, `${first.clock.name}时限 `, warning),
    left,
    el('p', { class: 'due-at' }, `${momentInWords(Date.parse(first.dueAt))} 前`),
    first.why !== undefined &&
      el('details', {}, el('summary', {}, '时限怎么算的'), el('p', { class: 'due-why' }, first.why)),
    others.length > 0 && el('ul', { class: 'due-others' }, ...others.map(otherDue)),
  );
  const tick = () => {
    const due = Date.parse(first.dueAt);
    const pressure = pressureOf(now(), due, Date.parse(first.yellowAt), Date.parse(first.orangeAt));
    element.className = `due due-${pressure}`;
    left.textContent = leftInWords(now(), due);
    warning.textContent = PRESSURE_WORDS[pressure];
  };
  tick();
  return { element, tick };
}

const statusLine = ({ ticketNo, status, urgency }: ClerkTask): HTMLElement =>
  el(
    'p',
    { class: 'due-ticket' },
    el('span', { class: 'status' }, status.name),
    urgency.code !== 'normal' && el('span', { class: 'urgency' }, urgency.name),
    el('span', { class: 'number' }, el('span', { class: 'unseen' }, '工单编号 '), ticketNo),
  );

const otherDue = ({ clock, dueAt }: ClerkTask['deadlines'][number]): HTMLElement =>
  el('li', {}, `${clock.name}时限：${momentInWords(Date.parse(dueAt))} 前`);

function requestCard(task: ClerkTask): HTMLElement {
  const { request, additions, reason } = task;
  const body =
    request === undefined
      ? [el('h2', {}, '诉求内容'), el('p', { class: 'muted' }, '工单已经结束，或内容已按规定清除，这里不再显示。')]
      : [
          el('h2', {}, request.title),
          el('p', { class: 'content' }, request.content),
          request.place !== undefined && el('p', { class: 'place' }, el('strong', {}, '地点：'), request.place),
          el('p', { class: 'place' }, el('strong', {}, '诉求人：'), appellant(task)),
          attachmentList(request.attachments),
        ];
  return el(
    'section',
    { class: 'card request', 'aria-label': '诉求' },
    reason !== undefined && el('p', { class: 'notice' }, el('strong', {}, '热线办说明：'), reason),
    ...body,
    ...additions.map(({ at, text, attachments }) =>
      el(
        'div',
        { class: 'addition' },
        el('h3', {}, `补充 · ${momentInWords(Date.parse(at))}`),
        el('p', { class: 'content' }, text),
        attachmentList(attachments),
      ),
    ),
  );
}

function attachmentList(attachments: readonly { name: string; url: string }[]): HTMLElement | undefined {
  if (attachments.length === 0) return undefined;
  const links = attachments.map(({ name, url }) =>
    el('li', {}, el('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, name)),
  );
  return el('div', { class: 'attachments' }, el('h3', {}, '附件'), el('ul', {}, ...links));
}

function factsCard(task: ClerkTask): HTMLElement {
  const { unit, role, kind, category, urgency, round, receivedAt, linkExpiresAt, deadlines } = task;
  const facts: [string, string][] = [
    ['承办单位', role === 'owner' ? unit.name : `${unit.name}（协办）`],
    ['诉求类型', kind.name],
    ...(category === undefined ? [] : [['诉求类别', category.name] satisfies [string, string]]),
    ['紧急程度', urgency.name],
    ...(round > 1 ? [['办理轮次', `第 ${round} 次`] satisfies [string, string]] : []),
    ['收到时间', momentInWords(Date.parse(receivedAt))],
    ...(deadlines.length === 0 ? [['时限', '当前没有计时'] satisfies [string, string]] : []),
    ['办理码有效期', `${momentInWords(Date.parse(linkExpiresAt))} 前`],
  ];
  const rows = facts.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)]);
  return el(
    'section',
    { class: 'card info', 'aria-label': '工单信息' },
    el('h2', {}, '工单信息'),
    el('dl', { class: 'facts' }, ...rows),
  );
}

function appellant({ discreet, appellant: who }: ClerkTask): string | HTMLElement {
  if (discreet) return '保密或匿名，不提供身份';
  if (who === undefined) return '未留联系方式';
  const { name, phone } = who;
  const shown = phone?.replace(/^\+86/, '');
  return el(
    'span',
    {},
    name ?? '未留姓名',
    phone !== undefined && ' ',
    phone !== undefined && el('a', { class: 'call', href: `tel:${phone}` }, shown),
  );
}

function workCard(task: ClerkTask, { open, refresh, leave }: TaskActions): HTMLElement {
  const place = el('div', { class: 'act-place' });
  const possible = task.acts.filter(({ state }) => state === 'possible').map(({ act }) => act);
  const used = task.acts.filter(({ state }) => state === 'used').map(({ act }) => ACTS[act].name);
  // The usual next step stands first.
  const ordered = [...possible.filter((act) => ACTS[act].main), ...possible.filter((act) => !ACTS[act].main)];
  const choices = ordered.map((act) => {
    const kind = ACTS[act].main ? 'primary' : act === 'return' ? 'warn' : 'plain';
    const made = button(ACTS[act].name, kind, () => open(act, place));
    made.dataset.act = act;
    return made;
  });
  return el(
    'section',
    { class: 'card work', 'aria-label': '办理' },
    el('h2', { tabindex: '-1' }, '办理'),
    choices.length > 0 ? el('div', { class: 'buttons' }, ...choices) : el('p', { class: 'muted' }, nothingToDo(task)),
    place,
    used.length > 0 && el('p', { class: 'used' }, `这个办理码已办理：${used.join('、')}（每步只能办理一次）`),
    el('div', { class: 'buttons small' }, button('刷新', 'quiet', refresh), button('退出', 'quiet', leave)),
  );
}

function nothingToDo({ role, status, acts }: ClerkTask): string {
  if (role === 'assisting') return '贵单位是协办单位，由主办单位办理；这里只供查看。';
  if (acts.some(({ state }) => state === 'used')) {
    return `工单现在是“${status.name}”，用这个办理码没有可以办理的事项。需要继续办理的，热线办会另发短信。`;
  }
  return `工单现在是“${status.name}”，没有可以办理的事项。`;
}
