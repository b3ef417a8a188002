/**
 * What was typed and not sent yet, and the code of this tab: kept until it is sent, the tab is closed or the code is no longer
 * good. A browser that keeps nothing for us (some do in private windows) costs no more than the reload.
 */

const memory = new Map<string, string>();

/** Undefined where the browser refuses. */
function storage(): Storage | undefined {
  try {
    return window.sessionStorage;
  } catch (error) {
    if (error instanceof DOMException) return undefined;
    throw error;
  }
}

export function keep(name: string, value: string): void {
  memory.set(name, value);
  try {
    storage()?.setItem(name, value);
  } catch (error) {
    // Full or forbidden: memory has it.
    if (!(error instanceof DOMException)) throw error;
  }
}

export const kept = (name: string): string => memory.get(name) ?? storage()?.getItem(name) ?? '';

export function forget(name: string): void {
  memory.delete(name);
  storage()?.removeItem(name);
}

/** Everything whose name begins so. */
export function forgetAll(beginning: string): void {
  const store = storage();
  const stored = store === undefined ? [] : Object.keys(store);
  for (const name of [...memory.keys(), ...stored]) if (name.startsWith(beginning)) forget(name);
}
