/** What queue and stream sources have in common: the mapping's settings and the contract of partial batch failures. */

import type { SourceFaults } from '../faults/faults.ts';

/** Properties of `AWS::Lambda::EventSourceMapping` that the runner uses, resolved. */
export interface MappingProperties {
  EventSourceArn: string;
  FunctionName: string;
  Enabled?: boolean;
  BatchSize?: number;
  BisectBatchOnFunctionError?: boolean;
  MaximumRetryAttempts?: number;
  MaximumRecordAgeInSeconds?: number;
  FunctionResponseTypes?: string[];
  FilterCriteria?: { Filters?: { Pattern?: string }[] };
  DestinationConfig?: { OnFailure?: { Destination?: string } };
  ScalingConfig?: { MaximumConcurrency?: number };
  StartingPosition?: string;
}

/** Whoever runs functions: the template's own in worker threads, or one in this process. */
export interface Invoker {
  find(reference: string): { readonly spec: { readonly concurrency: number } };
  invoke(reference: string, event: unknown): Promise<unknown>;
}

export interface SourceContext {
  properties: MappingProperties;
  functions: Invoker;
  region: string;
  faults?: SourceFaults | undefined;
  log: (line: string) => void;
}

/** A running event source mapping. */
export interface EventSource {
  /** Any reference to its function (as the template has it). */
  functionName: string;
  start(): void;
  /** Stops reading; resolves when what was already read is settled. */
  pause(): Promise<void>;
  resume(): void;
  /** Resolves true when nothing is left to read, as far as a fresh look can tell; a paused one leaves nothing undone. */
  drained(): Promise<boolean>;
  /** URL of its queue; `undefined` for a stream. */
  queueUrl?: string;
  /** Something was probably written: look now rather than at the next poll. */
  nudge(): void;
}

/**
 * Which of a batch failed, from the function's response (`ReportBatchItemFailures`).
 * @returns `'all'` when the response is not valid, as Lambda treats it; an empty set when all went well
 */
export function failedItems(response: unknown, ids: ReadonlySet<string>): Set<string> | 'all' {
  if (response === null || response === undefined) return new Set();
  if (typeof response !== 'object') return 'all';
  const { batchItemFailures = [] } = response as { batchItemFailures?: unknown };
  if (batchItemFailures === null) return new Set();
  if (!Array.isArray(batchItemFailures)) return 'all';
  const failed = new Set<string>();
  for (const item of batchItemFailures) {
    const id = (item as { itemIdentifier?: unknown } | null)?.itemIdentifier;
    if (typeof id !== 'string' || !ids.has(id)) return 'all';
    failed.add(id);
  }
  return failed;
}

export function reportsFailures(properties: MappingProperties): boolean {
  return properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false;
}

export function filterPatterns(properties: MappingProperties): string[] {
  return (properties.FilterCriteria?.Filters ?? []).map(({ Pattern }) => Pattern ?? '{}');
}

export const wait = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    }
    signal?.addEventListener('abort', done, { once: true });
  });

export function messageOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
