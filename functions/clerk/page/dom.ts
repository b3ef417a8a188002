/** Elements out of code. Text is always text: nothing here reads markup. */

type Child = Node | string | undefined | false;

/** `attributes`: `class`, `aria-…` and the like; an empty string sets one without a value, `undefined` leaves it out. */
export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) if (value !== undefined) made.setAttribute(name, value);
  for (const child of children) if (child !== undefined && child !== false) made.append(child);
  return made;
}

/** An element of the frame. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`the page has no #${id}`);
  return found;
}

export function fill(parent: Element, ...children: readonly Child[]): void {
  while (parent.firstChild !== null) parent.firstChild.remove();
  for (const child of children) if (child !== undefined && child !== false) parent.append(child);
}

export function button(text: string, kind: string, onClick: () => void): HTMLButtonElement {
  const made = el('button', { type: 'button', class: `button ${kind}` }, text);
  made.addEventListener('click', onClick);
  return made;
}
