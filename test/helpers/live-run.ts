/** Owns real runs for tests: launched by the real launcher, in a folder of the test, and ended when the test is over. */
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemProcesses } from '../../src/platform/processes.ts'
import { finishRun } from '../../src/runner/apply/finish.ts'
import { launchRun, prepareRun } from '../../src/runner/apply/launch.ts'
import { sightRun, type Sighting } from '../../src/runner/observe.ts'
import type { RunProcesses } from '../../src/runner/apply/end.ts'
import { eventually } from './eventually.ts'
import { test as base } from './temp-dir.ts'

/** The committed launcher. */
export const launcher = fileURLToPath(new URL('../../bin/launch', import.meta.url))

/** One run that was launched. */
export interface LiveRun extends RunProcesses {
  readonly folder: string
  /** Waits for what the run's folder is to show. */
  sighted<Kind extends Sighting['kind']>(kind: Kind): Promise<Extract<Sighting, { kind: Kind }>>
}

/** How a test wants its run. */
export interface LiveOptions {
  readonly id?: string
  readonly prompt?: string
  readonly capBytes?: number
  readonly env?: Readonly<Record<string, string>>
  /** The words make a pid namespace and say so, as bubblewrap does with `--info-fd 9`. */
  readonly sandboxed?: boolean
}

type Live = (words: readonly string[], options?: LiveOptions) => LiveRun

/** `test` with `live`: launches words as a run in the test's `dir`; nothing of it is left afterwards. */
export const test = base.extend<{ live: Live }>({
  live: async ({ dir }, use) => {
    const runs: LiveRun[] = []
    await use((words, options = {}) => {
      // Unlike that of any other test: what is left of a run is found by its id, in the whole machine.
      const run = launch(dir, words, { id: `${basename(dir)}-run-${runs.length + 1}`, ...options })
      runs.push(run)
      return run
    })
    for (const run of runs) await finishRun(run, systemProcesses)
  },
})

function launch(
  dir: string,
  words: readonly string[],
  options: LiveOptions & { readonly id: string },
): LiveRun {
  const folder = join(dir, 'runs', options.id)
  const how = { promptOnStdin: options.prompt !== undefined, sandboxed: options.sandboxed ?? false }
  prepareRun(folder, { prompt: options.prompt ?? '', ...how })
  const result = launchRun({
    launcher,
    folder,
    capBytes: options.capBytes ?? 1024 * 1024,
    presumed: [],
    words,
    program: words[0] ?? '',
    ...how,
    cwd: dir,
    env: { PATH: process.env['PATH'] ?? '', MARROW_RUN: options.id, ...options.env },
  })
  if (result.kind === 'unspawnable') throw new Error(result.detail)
  const identity = systemProcesses.identify(result.pid)
  return {
    run: options.id,
    folder,
    launcher: identity,
    recorded: [],
    sighted: (kind) =>
      eventually(`the run to be ${kind}`, () => {
        const seen = sightRun(folder, identity, systemProcesses)
        return isKind(seen, kind) ? seen : undefined
      }),
  }
}

function isKind<Kind extends Sighting['kind']>(
  seen: Sighting,
  kind: Kind,
): seen is Extract<Sighting, { kind: Kind }> {
  return seen.kind === kind
}
