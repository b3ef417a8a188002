/**
 * Carries out the timer's state machine on paper: which states an execution enters and how many events its history holds. Event
 * names as AWS documents them for Standard workflows (API reference, HistoryEvent).
 */

/** What the definition says of a state, as far as its path depends on it. */
export interface State {
  readonly Type: string;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Variable: string; readonly BooleanEquals: boolean; readonly Next: string }[];
}
export interface Definition {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, State>>;
}

/** The input and output of each state, as far as choices ask for it. */
export type Data = Readonly<Record<string, unknown>>;

const ATTEMPT = ['LambdaFunctionScheduled', 'LambdaFunctionStarted'] as const;

export class Execution {
  /** Events of the history, by name. */
  readonly history = new Map<string, number>();
  /** States entered, and attempts beyond a task's first: what is billed and throttled. */
  transitions = 0;
  ended = false;
  readonly #definition: Definition;
  #at: State;

  /** Runs up to the first state that waits. */
  constructor(definition: Definition) {
    this.#definition = definition;
    this.#note('ExecutionStarted');
    this.#at = this.#enter(definition.StartAt);
    this.#expectWait();
  }

  get events(): number {
    return [...this.history.values()].reduce((sum, times) => sum + times, 0);
  }

  /**
   * The time it waits for has come: goes on to the next state that waits, or to the end. `answer` is what the task returns,
   * after so many `failures` that are tried again.
   * @throws TypeError for a state or a choice of another kind than the timer's
   */
  wake(answer: Data, failures = 0): void {
    this.#expectWait();
    this.#leave('WaitStateExited');
    while (this.#at.Type !== 'Wait' && !this.ended) this.#step(answer, failures);
  }

  #step(answer: Data, failures: number): void {
    switch (this.#at.Type) {
      case 'Task':
        for (let failure = 0; failure < failures; failure++) this.#note(...ATTEMPT, 'LambdaFunctionFailed');
        this.transitions += failures;
        this.#note(...ATTEMPT, 'LambdaFunctionSucceeded');
        this.#leave('TaskStateExited');
        break;
      case 'Choice':
        this.#leave('ChoiceStateExited', answer);
        break;
      case 'Succeed':
        this.#note('SucceedStateExited', 'ExecutionSucceeded');
        this.ended = true;
        break;
      default:
        throw new TypeError(`a timer has no state of type ${this.#at.Type}`);
    }
  }

  #enter(name: string): State {
    const state = this.#definition.States[name];
    if (state === undefined) throw new TypeError(`no state ${name}`);
    this.#note(`${state.Type}StateEntered`);
    this.transitions++;
    return state;
  }

  #leave(event: string, data: Data = {}): void {
    const { Choices = [], Default, Next } = this.#at;
    const chosen = Choices.find(({ Variable, BooleanEquals }) => data[Variable.replace('$.', '')] === BooleanEquals);
    this.#note(event);
    this.#at = this.#enter(chosen?.Next ?? Default ?? Next ?? '');
  }

  #expectWait(): void {
    if (this.ended || this.#at.Type !== 'Wait') throw new TypeError('the execution does not wait');
  }

  #note(...names: string[]): void {
    for (const name of names) this.history.set(name, (this.history.get(name) ?? 0) + 1);
  }
}
