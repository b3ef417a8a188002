/** 办理页: runs in the clerk's browser. Takes the code, shows the ticket, sends one act at a time. */
import type { ClerkAct, ClerkTask } from '#schemas/clerk.ts';
import { CODE_LENGTH, isCode, tidyCode } from './code.ts';
import { byId, el, fill } from './dom.ts';
import { forgetAll, keep, kept } from './drafts.ts';
import { actForm } from './form.ts';
import { type Refusal, readTask } from './server.ts';
import { taskView } from './task-view.ts';

const CODE = 'code';
const TITLE = document.title;
const TICK_MS = 15_000;
/** With these the code is of no more use in this tab. */
const LOCKED = new Set(['linkInvalid', 'linkExpired', 'notFound']);

const alertBox = byId('alert');
const doneBox = byId('done');
const enterForm = byId('enter') as HTMLFormElement;
const codeInput = byId('code') as HTMLInputElement;
const loading = byId('loading');
const taskBox = byId('task');

let ticking = 0;

function say(box: HTMLElement, text: string | undefined, kind: string): void {
  fill(box, text !== undefined && el('p', { class: `notice ${kind}` }, text));
  if (text !== undefined) box.focus();
}

function askForCode(problem?: string): void {
  clearInterval(ticking);
  // Not only out of sight: the next one at this screen may be somebody else.
  fill(taskBox);
  taskBox.hidden = true;
  document.title = TITLE;
  loading.hidden = true;
  enterForm.hidden = false;
  countCode();
  say(alertBox, problem, 'notice-bad');
  if (problem === undefined) codeInput.focus();
}

function lock({ message }: Refusal): void {
  forgetAll('');
  codeInput.value = '';
  askForCode(message);
}

async function open(code: string, done?: string): Promise<void> {
  say(alertBox, undefined, '');
  if (done === undefined) say(doneBox, undefined, '');
  enterForm.hidden = true;
  loading.hidden = false;
  taskBox.setAttribute('aria-busy', 'true');
  const answer = await readTask(code);
  loading.hidden = true;
  taskBox.removeAttribute('aria-busy');
  if (answer.ok) {
    keep(CODE, code);
    show(code, answer.body);
    if (done !== undefined) say(doneBox, done, 'notice-good');
  } else if (LOCKED.has(answer.code)) {
    lock(answer);
  } else if (taskBox.hidden) {
    codeInput.value = code;
    askForCode(answer.message);
  } else {
    say(alertBox, answer.message, 'notice-bad');
  }
}

function show(code: string, task: ClerkTask): void {
  const refresh = () => void open(code);
  const leave = () => {
    forgetAll('');
    codeInput.value = '';
    say(doneBox, undefined, '');
    askForCode();
  };
  const { element, tick } = taskView(task, { open: openForm, refresh, leave });
  clearInterval(ticking);
  ticking = window.setInterval(tick, TICK_MS);
  fill(taskBox, element);
  taskBox.hidden = false;
  document.title = `${task.status.name} · ${task.ticketNo}`;

  function openForm(act: ClerkAct, place: HTMLElement): void {
    say(doneBox, undefined, '');
    // One thing at a time: the other acts come back when this one is sent or given up.
    const choices = place.previousElementSibling as HTMLElement;
    choices.hidden = true;
    const close = () => {
      fill(place);
      choices.hidden = false;
      choices.querySelector<HTMLElement>(`[data-act="${act}"]`)?.focus();
    };
    const done = (text: string) => {
      fill(place);
      void open(code, `${text}。`);
    };
    fill(place, actForm(act, { code, task, cancel: close, done, locked: lock }));
  }
}

function countCode(): void {
  const { length } = tidyCode(codeInput.value);
  byId('code-count').textContent = `已输入 ${length} / ${CODE_LENGTH} 位`;
}

codeInput.addEventListener('input', countCode);
enterForm.addEventListener('submit', (event) => {
  event.preventDefault();
  const code = tidyCode(codeInput.value);
  if (isCode(code)) void open(code);
  else say(alertBox, `办理码是 ${CODE_LENGTH} 位字母和数字，请对照短信检查。`, 'notice-bad');
});

/** Takes the code out of the address bar, so that it stays neither on the screen nor in the history of the browser. */
function takeCodeFromAddress(): string | undefined {
  const given = location.hash.slice(1);
  if (given === '') return undefined;
  history.replaceState(null, '', location.pathname + location.search);
  return tidyCode(given);
}

function begin(): void {
  const given = takeCodeFromAddress();
  const code = given ?? kept(CODE);
  if (code === '') askForCode();
  else if (isCode(code)) void open(code);
  else askForCode('链接里的办理码不完整，请对照短信输入。');
}

// Another link opened in the same tab changes nothing but the part behind the #.
window.addEventListener('hashchange', () => {
  if (location.hash !== '') begin();
});
begin();
