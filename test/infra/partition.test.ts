import { describe, expect, test } from 'vitest';
import { isMainlandChina, partitionOf } from '#infra/partition.ts';

describe('partitionOf', () => {
  test.each([
    ['cn-north-1', 'aws-cn'],
    ['cn-northwest-1', 'aws-cn'],
    ['us-east-1', 'aws'],
    ['ap-southeast-1', 'aws'],
    ['ap-east-1', 'aws'],
  ])('%s is in %s', (region, name) => expect(partitionOf(region).name).toBe(name));

  test.each(['cn-west-9', 'us-gov-west-1', 'eusc-de-east-1', '', 'cn', 'US-EAST-1', 'us-east-1 '])(
    'refuses "%s"',
    (region) => {
      expect(() => partitionOf(region)).toThrow(/not a region/);
    },
  );
});

test('Hong Kong is not the mainland', () => {
  expect(isMainlandChina('ap-east-1')).toBe(false);
  expect(isMainlandChina('cn-north-1')).toBe(true);
});
