/** The alarm clock: wakes us at a time; knows nothing of limits. */
export interface TimerPort {
  /** Sets an alarm named `name`. Setting the same one again changes nothing. `since`, `until`: epoch ms of office time. */
  set(alarm: { name: string; ticketNo: string; generation: number; since: number; until: number }): Promise<void>;
  /** Ends an alarm; one that never was or has ended is no error. */
  end(name: string): Promise<void>;
  isSet(name: string): Promise<boolean>;
}
