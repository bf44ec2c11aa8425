/**
 * Runs once around all tests: makes the one folder in which every test's folders lie, and removes it at the end. So nothing is left
 * behind by a file that could not be loaded or a worker that crashed, whose own hooks do not run.
 */
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { join } from 'node:path'

/** Vitest calls this before the workers start, which inherit the environment, and calls what it returns at the very end. */
export default async function makeRunFolder(): Promise<() => Promise<void>> {
  // Not os.tmpdir(): on macOS that is 50 bytes long, and a unix socket path may have 100. Real, because git and /proc report real paths.
  const folder = await mkdtemp(join(await realpath('/tmp'), 'mw-'))
  process.env['MARROW_TEST_FOLDER'] = folder
  return () => rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 10 })
}
