/** One line of the bench's output. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly [more: string]: string | number;
}
