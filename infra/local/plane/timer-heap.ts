/**
 * The sleepers of the office clock, earliest first. A binary heap, because each open ticket has one and a change of
 * speed must find the next in no time; removal is by mark, so that an abort costs nothing.
 */
export interface Sleeper {
  readonly at: number;
  readonly resolve: () => void;
  readonly reject: () => void;
}

interface Entry extends Sleeper {
  /** Order of arrival, so that sleepers of one moment wake in the order in which they lay down. */
  readonly order: number;
  removed: boolean;
}

export class TimerHeap {
  #heap: Entry[] = [];
  #order = 0;

  add(at: number, resolve: () => void, reject: () => void): Sleeper {
    const entry: Entry = { at, resolve, reject, order: this.#order++, removed: false };
    this.#heap.push(entry);
    this.#up(this.#heap.length - 1);
    return entry;
  }

  remove(sleeper: Sleeper): void {
    (sleeper as Entry).removed = true;
  }

  earliest(): number | undefined {
    this.#dropRemoved();
    return this.#heap[0]?.at;
  }

  /** Takes out the earliest sleeper whose time is `now` or before. */
  popDue(now: number): Sleeper | undefined {
    const at = this.earliest();
    return at !== undefined && at <= now ? this.#pop() : undefined;
  }

  drain(): Sleeper[] {
    const all = this.#heap.filter((entry) => !entry.removed);
    this.#heap = [];
    return all;
  }

  #dropRemoved(): void {
    while (this.#heap[0]?.removed) this.#pop();
  }

  #pop(): Entry | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (last && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#down(0);
    }
    return first;
  }

  #before(a: number, b: number): boolean {
    const x = this.#heap[a];
    const y = this.#heap[b];
    return !!x && !!y && (x.at !== y.at ? x.at < y.at : x.order < y.order);
  }

  #swap(a: number, b: number): void {
    const x = this.#heap[a];
    const y = this.#heap[b];
    if (x && y) [this.#heap[a], this.#heap[b]] = [y, x];
  }

  #up(index: number): void {
    for (let i = index; i > 0; ) {
      const parent = (i - 1) >> 1;
      if (!this.#before(i, parent)) return;
      this.#swap(i, parent);
      i = parent;
    }
  }

  #down(index: number): void {
    for (let i = index; ; ) {
      let least = i;
      if (this.#before(2 * i + 1, least)) least = 2 * i + 1;
      if (this.#before(2 * i + 2, least)) least = 2 * i + 2;
      if (least === i) return;
      this.#swap(i, least);
      i = least;
    }
  }
}
