import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

const isLong = process.env['MARROW_TEST_LONG'] === '1'

export default defineConfig({
  test: {
    // Processes of their own: a test may then change its environment and its signals, and cannot reach another file's.
    pool: 'forks',
    isolate: true,
    globalSetup: ['./test/run-folder.ts'],
    reporters: ['default', './test/reporter.ts'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/{gates,helpers}/**/*.test.ts'],
          setupFiles: ['./test/setup.ts'],
          testTimeout: isLong ? 180_000 : 30_000, // The long form of a property is a hundred times the short one.
          hookTimeout: 30_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        // Real daemons and real agent CLIs. They come after the rest, which would take the processor from under them.
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          setupFiles: ['./test/setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 60_000,
          maxWorkers: Math.max(2, Math.floor(availableParallelism() / 2)),
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
})
