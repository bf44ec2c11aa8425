/** Owns the fresh folder that a test works in: `import { test } from '…/test/helpers/temp-dir.ts'` and ask for `dir`. */
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test as base } from 'vitest'

/** Makes an empty folder with a path of under 35 bytes. Whoever calls removes it; tests take the `dir` fixture instead. */
export function makeTempDir(): Promise<string> {
  // Set by test/run-folder.ts for all tests; a process that a test started by hand may lack it.
  return mkdtemp(join(process.env['MARROW_TEST_FOLDER'] ?? '/tmp', 'mw-'))
}

/** Removes a folder and all in it; a process that is just ending may still write there, so it tries for about 2 s. */
export function removeTempDir(dir: string): Promise<void> {
  return rm(dir, { recursive: true, force: true, maxRetries: 20, retryDelay: 10 })
}

/** `test` with `dir`: an empty folder of this test alone, made when asked for and removed afterwards. */
export const test = base.extend<{ dir: string }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads which fixtures a fixture needs from this pattern.
  dir: async ({}, use) => {
    const dir = await makeTempDir()
    try {
      await use(dir)
    } finally {
      await removeTempDir(dir)
    }
  },
})
