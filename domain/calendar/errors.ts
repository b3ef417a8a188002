/** What a caller of the calendar can get wrong, with the data to see it. */

/** A time without offset, or no time at all: it would mean something else in another time zone. */
export class InvalidInstantError extends Error {
  override readonly name = 'InvalidInstantError';
  readonly text: string;
  constructor(text: string) {
    super(`not an ISO 8601 instant with an offset, nor a date of the calendar: ${text}`);
    this.text = text;
  }
}

/** A day before or after those that the calendar has laid out (see `WorkingCalendar`). */
export class CalendarRangeError extends Error {
  override readonly name = 'CalendarRangeError';
  readonly from: string;
  readonly until: string;
  constructor(from: string, until: string) {
    super(`the calendar is laid out from ${from} until ${until}, and a day outside was asked for`);
    this.from = from;
    this.until = until;
  }
}

/** A limit that isn't a whole number of its unit, or is too small to mean anything. */
export class InvalidAmountError extends Error {
  override readonly name = 'InvalidAmountError';
  readonly amount: number;
  constructor(unit: string, amount: number) {
    super(`${amount} is no number of ${unit}`);
    this.amount = amount;
  }
}
