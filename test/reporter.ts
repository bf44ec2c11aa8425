/** Owns the last line of a test run: `N passed, N failed, N skipped`, for whatever reads our output and knows no vitest. */
import type { Reporter, SerializedError, TestModule } from 'vitest/node'

/** What failed outside any test counts too: a file that could not be loaded, an error that nobody caught. */
export default class CountsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly SerializedError[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 }
    for (const module of modules) {
      const states = [...module.children.allTests()].map((test) => test.result().state)
      for (const state of states) counts[state === 'pending' ? 'skipped' : state] += 1
      if (module.state() === 'failed' && !states.includes('failed')) counts.failed += 1
    }
    process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`)
  }
}
