/**
 * One act as a form: fill in, look over, send. Nothing is sent without a second look; while it is under way nothing can be
 * pressed; what was typed stays until the server has it.
 */
import type { ClerkAct, ClerkTask } from '#schemas/clerk.ts';
import { ACTS, type ActForm, commandValue, type Field } from './acts.ts';
import { button, el, fill } from './dom.ts';
import { forgetAll, keep, kept } from './drafts.ts';
import { type Refusal, sendAct } from './server.ts';

export interface FormContext {
  readonly code: string;
  readonly task: ClerkTask;
  readonly cancel: () => void;
  readonly done: (text: string) => void;
  /** The code itself is no longer good. */
  readonly locked: (refusal: Refusal) => void;
}

type Input = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

const LOCKS = new Set(['linkInvalid', 'linkExpired']);

export function actForm(act: ClerkAct, context: FormContext): HTMLElement {
  const { task, code, cancel, done, locked } = context;
  const spec = ACTS[act];
  const drafts = `draft ${task.ticketNo} ${act} `;
  const inputs = new Map<string, Input>();
  const heading = el('h3', { tabindex: '-1' }, spec.name);
  const problem = el('div', { role: 'alert', tabindex: '-1', class: 'problem' });
  const fields = el('div', { class: 'fields' });
  const review = el('div', { class: 'review', hidden: '' });
  const panel = el('section', { class: 'act-form', 'aria-label': spec.name }, heading, problem, fields, review);

  for (const field of spec.fields) {
    const { row, input } = fieldRow(act, field, task.choices, kept(drafts + field.name));
    inputs.set(field.name, input);
    input.addEventListener('input', () => {
      keep(drafts + field.name, input.value);
      flag(input, undefined);
    });
    fields.append(row);
  }

  const showFields = () => {
    review.hidden = true;
    fields.hidden = false;
    heading.focus();
  };
  const showReview = () => {
    const wrong = check(spec, inputs);
    if (wrong !== undefined) {
      wrong.focus();
      return;
    }
    fields.hidden = true;
    fill(review, ...reviewOf(spec, inputs), el('p', { class: 'ask' }, spec.confirm), buttonsBelow());
    review.hidden = false;
    if (spec.fields.length > 0) heading.focus();
  };
  const back = spec.fields.length === 0 ? button('取消', 'plain', cancel) : button('返回修改', 'plain', showFields);
  const send = button(`确认${spec.name}`, 'primary', () => void submit());
  const buttonsBelow = () => el('div', { class: 'buttons' }, send, back);

  async function submit(): Promise<void> {
    fill(problem);
    busy(true);
    const answer = await sendAct(code, tryKey(drafts), commandOf(act, spec, inputs));
    busy(false);
    if (answer.ok) {
      forgetAll(drafts);
      done(spec.done);
    } else if (LOCKS.has(answer.code)) locked(answer);
    else refuse(answer);
  }

  function busy(under: boolean): void {
    panel.setAttribute('aria-busy', String(under));
    send.disabled = under;
    back.disabled = under;
    send.textContent = under ? '正在提交…' : `确认${spec.name}`;
  }

  function refuse({ code: reason, message, fields: named }: Refusal): void {
    const wrong = named.map((name) => inputs.get(name)).filter((input) => input !== undefined);
    const stays = spec.fields.length > 0 && reason === 'network' ? '已填写的内容还在。' : '';
    fill(problem, el('p', { class: 'notice notice-bad' }, message + stays));
    for (const input of wrong) flag(input, '请检查这一项');
    if (wrong.length > 0) showFields();
    problem.focus();
  }

  if (spec.fields.length === 0) showReview();
  else
    fields.append(
      el('div', { class: 'buttons' }, button('下一步', 'primary', showReview), button('取消', 'plain', cancel)),
    );
  // Once it stands in the page.
  setTimeout(() => heading.focus());
  return panel;
}

/** One key for all tries of this act: the phone may lose the answer, the server has done it once. */
function tryKey(drafts: string): string {
  const name = `${drafts}#key`;
  const key = kept(name) || [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16)).join('-');
  keep(name, key);
  return key;
}

function fieldRow(act: string, field: Field, choices: ClerkTask['choices'], draft: string) {
  const { name, label, help, kind, required, max } = field;
  const id = `${act}-${name}`;
  const described = [help && `${id}-help`, max && `${id}-count`, `${id}-error`].filter(Boolean).join(' ');
  const common = {
    id,
    name,
    'aria-describedby': described,
    'aria-required': required ? 'true' : undefined,
    maxlength: max === undefined ? undefined : String(max),
  };
  const input: Input =
    kind === 'choice'
      ? el('select', common, el('option', { value: '' }, '请选择'), ...optionsOf(field, choices))
      : kind === 'text'
        ? el('textarea', { ...common, rows: (max ?? 0) > 1000 ? '6' : '4' })
        : el('input', { ...common, type: kind === 'moment' ? 'datetime-local' : 'text', autocomplete: 'off' });
  input.value = draft;
  const count = max === undefined ? undefined : counter(input, max, `${id}-count`);
  const row = el(
    'div',
    { class: 'field' },
    el('label', { for: id }, label, !required && el('span', { class: 'optional' }, '（选填）')),
    help !== undefined && el('p', { id: `${id}-help`, class: 'help' }, help),
    input,
    el('p', { id: `${id}-error`, class: 'error' }),
    count,
  );
  return { row, input };
}

const optionsOf = ({ options }: Field, choices: ClerkTask['choices']): HTMLOptionElement[] =>
  (options?.(choices) ?? []).map(({ code, name }) => el('option', { value: code }, name));

function counter(input: Input, max: number, id: string): HTMLElement {
  const line = el('p', { id, class: 'count' });
  const update = () => {
    line.textContent = `已输入 ${input.value.length} / ${max} 字`;
  };
  input.addEventListener('input', update);
  update();
  return line;
}

/** The first field that lacks something, after each was told; undefined when all is there. */
function check(spec: ActForm, inputs: ReadonlyMap<string, Input>): Input | undefined {
  let first: Input | undefined;
  for (const { name, label, kind, required } of spec.fields) {
    const input = inputs.get(name);
    if (input === undefined) continue;
    const missing = required && input.value.trim() === '';
    flag(input, missing ? `请${kind === 'choice' || kind === 'moment' ? '选择' : '填写'}${label}` : undefined);
    if (missing) first = first ?? input;
  }
  return first;
}

function flag(input: Input, text: string | undefined): void {
  const line = document.getElementById(`${input.id}-error`);
  if (line !== null) line.textContent = text ?? '';
  if (text === undefined) input.removeAttribute('aria-invalid');
  else input.setAttribute('aria-invalid', 'true');
}

function reviewOf(spec: ActForm, inputs: ReadonlyMap<string, Input>): HTMLElement[] {
  const rows = spec.fields.flatMap(({ name, label }) => {
    const input = inputs.get(name);
    if (input === undefined || input.value.trim() === '') return [];
    const shown =
      input instanceof HTMLSelectElement ? input.selectedOptions[0]?.text : input.value.trim().replace('T', ' ');
    return [el('dt', {}, label), el('dd', {}, shown ?? '')];
  });
  return rows.length === 0 ? [] : [el('dl', { class: 'facts' }, ...rows)];
}

function commandOf(act: ClerkAct, spec: ActForm, inputs: ReadonlyMap<string, Input>): Record<string, string> {
  const command: Record<string, string> = { command: act };
  for (const field of spec.fields) {
    const value = inputs.get(field.name)?.value ?? '';
    if (value.trim() !== '') command[field.name] = commandValue(field, value);
  }
  return command;
}
