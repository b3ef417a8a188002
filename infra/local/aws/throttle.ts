/**
 * API Gateway's throttling of a stage: a token bucket for each method, sized by its own entry of `MethodSettings` or else by
 * the stage's entry for all methods. The gateway's account limit (10,000 requests a second) is not played.
 */
import { describe, type Resource, type Template, UnsupportedTemplateError } from './template.ts';

/** Requests a second, and how many a full bucket holds. */
export interface MethodLimit {
  rate: number;
  burst: number;
}

/** `<METHOD> <resource>` → limit; `*` stands for all methods of the stage. */
export type StageLimits = ReadonlyMap<string, MethodLimit>;

export interface Throttle {
  /** Takes a token for a request of this method; false: there is none left. */
  admits(method: string, resource: string): boolean;
}

interface MethodSetting {
  HttpMethod?: string;
  ResourcePath?: string;
  ThrottlingRateLimit?: number;
  ThrottlingBurstLimit?: number;
}

const EVERY_METHOD = '*';

/** @throws UnsupportedTemplateError for a setting of some resources or methods together that is not the stage's */
export function readStageLimits(template: Template, stage: Resource): StageLimits {
  const { MethodSettings = [] } = template.properties<{ MethodSettings?: MethodSetting[] }>(stage);
  const limits = new Map<string, MethodLimit>();
  for (const { HttpMethod, ResourcePath, ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst } of MethodSettings) {
    if (rate === undefined && burst === undefined) continue;
    const everywhere = HttpMethod === '*' && ResourcePath === '/*';
    const one =
      HttpMethod !== undefined && HttpMethod !== '*' && ResourcePath?.startsWith('/') && ResourcePath !== '/*';
    if (rate === undefined || burst === undefined || !(everywhere || one)) {
      throw new UnsupportedTemplateError([
        describe(
          stage,
          `MethodSettings of ${HttpMethod} ${ResourcePath}: only one method, or all, with rate and burst`,
        ),
      ]);
    }
    limits.set(everywhere ? EVERY_METHOD : `${HttpMethod} ${resourceOf(ResourcePath)}`, { rate, burst });
  }
  return limits;
}

/** `/~1tickets~1{ticketNo}` is how CloudFormation writes `/tickets/{ticketNo}`. */
function resourceOf(path = '/'): string {
  return path.replace(/^\/(?=~1)/, '').replaceAll('~1', '/');
}

/** @param now milliseconds that never run backwards */
export function createThrottle(limits: StageLimits, now: () => number): Throttle {
  const buckets = new Map<string, { tokens: number; at: number }>();
  return {
    admits(method, resource) {
      const key = `${method} ${resource}`;
      const limit = limits.get(key) ?? limits.get(EVERY_METHOD);
      if (limit === undefined) return true;
      const at = now();
      const bucket = buckets.get(key) ?? { tokens: limit.burst, at };
      const tokens = Math.min(limit.burst, bucket.tokens + ((at - bucket.at) / 1000) * limit.rate);
      const admitted = tokens >= 1;
      buckets.set(key, { tokens: admitted ? tokens - 1 : tokens, at });
      return admitted;
    },
  };
}
