/** Errors of the HTTP doors: thrown as `ProblemError`, answered as RFC 9457 problem+json. */
import type * as z from 'zod';
import type { FieldError, Problem } from '#schemas/problem.ts';

const titles = {
  notFound: [404, 'Not found'],
  methodNotAllowed: [405, 'Method not allowed'],
  payloadTooLarge: [413, 'Body larger than 256 KB'],
  unsupportedMediaType: [415, 'Content type must be application/json'],
  signatureInvalid: [401, 'Signature not accepted'],
  timestampStale: [401, 'Signature timestamp outside the tolerance of 5 minutes'],
  tokenInvalid: [401, 'Token not accepted'],
  linkInvalid: [401, 'Link code not accepted'],
  roleForbidden: [403, 'The role may not do this'],
  bodyInvalid: [422, 'Body not accepted'],
  referenceConflict: [409, 'The same key came before with another body'],
  catalogueConflict: [409, 'The catalogue in use does not allow this'],
  deliveryConflict: [409, 'The delivery does not allow this'],
  commandRejected: [409, 'The ticket does not allow this command now'],
  tooManyRequests: [429, 'Too many requests, try again in a minute'],
  busy: [503, 'Busy, try again'],
  upstreamUnavailable: [502, 'A platform that this depends on did not answer'],
  internal: [500, 'Internal error'],
} as const satisfies Record<string, readonly [number, string]>;
export type ProblemCode = keyof typeof titles;

export interface ProblemOptions {
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: FieldError[];
  /** Seconds. */
  readonly retryAfter?: number;
}

export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;
  /** Seconds, for the header of that name. */
  readonly retryAfter: number | undefined;

  /** `code` overrides the machine code (kept stable for clients); `detail` must not quote the caller's input. */
  constructor(kind: ProblemCode, options: ProblemOptions = {}) {
    const [status, title] = titles[kind];
    const code = options.code ?? kind;
    super(code);
    this.retryAfter = options.retryAfter;
    this.problem = {
      type: `urn:jieban:problem:${kind}`,
      title,
      status,
      code,
      ...(options.detail === undefined ? {} : { detail: options.detail }),
      ...(options.errors === undefined ? {} : { errors: options.errors }),
    };
  }

  /** The same, with words for a person who sees no program in between. */
  saying(message: string): this {
    this.problem.message = message;
    return this;
  }
}

/** Field paths as JSON Pointers; messages say what is expected and never repeat the value. */
export function fieldErrors(error: z.ZodError): FieldError[] {
  return error.issues.flatMap((issue) => {
    const path = issue.path.map(String);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({ pointer: pointer([...path, key]), detail: 'unknown field' }));
    }
    const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
    return [{ pointer: pointer(path), detail: missing ? 'required' : issue.message }];
  });
}

const pointer = (path: readonly string[]): string =>
  path.map((part) => `/${part.slice(0, 64).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

/** Parses `input` or throws `bodyInvalid` with every field that is wrong. */
export function parseBody<S extends z.ZodType>(schema: S, input: unknown): z.output<S> {
  const result = schema.safeParse(input);
  if (!result.success) throw new ProblemError('bodyInvalid', { errors: fieldErrors(result.error).slice(0, 20) });
  return result.data;
}
