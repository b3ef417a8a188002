import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/support/assembly-setup.ts'],
    testTimeout: 30_000,
    // One a core of the smallest machine that CI has; what waits for emulators leaves room for the other.
    maxWorkers: 2,
    // Tests that say they may: they wait for what never comes, and need little of a core.
    maxConcurrency: 3,
    hookTimeout: 120_000,
    // Emulators on a machine that others use, too: once more, and vitest says which test needed it.
    retry: 1,
    coverage: {
      provider: 'v8',
      include: ['domain/**/*.ts', 'schemas/**/*.ts'],
      // Where a line is missing: `vitest run test/unit --coverage --no-isolate --coverage.reporter=text`.
      reporter: ['text-summary'],
      thresholds: { lines: 95 },
    },
  },
});
