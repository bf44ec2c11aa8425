/** Owns running marrow from its source as a program, beside a daemon without a heart. */
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Handlers } from '../../src/ipc/protocol/table.ts'
import { startFakeDaemon, type FakeDaemon } from './fake-daemon.ts'
import { test as inDir } from './temp-dir.ts'

/** The program's entry. */
export const entry = join(import.meta.dirname, '..', '..', 'src', 'cli.ts')

/** How a program ended, and what it printed. */
export interface Ended {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A configuration with one agent, and the program beside it. */
export interface World {
  readonly config: string
  readonly socketPath: string
  /** Runs the program from its source, as a program, with a home of its own. */
  readonly marrow: (...words: string[]) => Promise<Ended>
  /** The same with Node flags before the program. */
  readonly node: (flags: readonly string[], ...words: string[]) => Promise<Ended>
  readonly daemon: (answers?: Partial<Handlers>) => Promise<FakeDaemon>
}

/** `test` with `world`: a home, a configuration and the program of this test alone. */
export const test = inDir.extend<{ world: World }>({
  world: async ({ dir }, use) => {
    for (const folder of ['conf', 'state', 'work', 'home']) mkdirSync(join(dir, folder))
    const config = join(dir, 'conf', 'marrow.toml')
    const agent = `[[agents]]\nname = "scout"\nagent_command = "true"\nworkspace = "${join(dir, 'work')}"\n`
    writeFileSync(config, `state_dir = "${join(dir, 'state')}"\n${agent}`)
    const socketPath = join(dir, 'state', 'marrow.sock')
    const env = { PATH: process.env['PATH'], HOME: join(dir, 'home'), MARROW_CONFIG: config, NO_COLOR: '1' }
    await use({
      config,
      socketPath,
      marrow: (...words) => program([entry, ...words], join(dir, 'home'), env),
      node: (flags, ...words) => program([...flags, entry, ...words], join(dir, 'home'), env),
      daemon: (answers) => startFakeDaemon({ socketPath, config, ...(answers ? { answers } : {}) }),
    })
  },
})

function program(words: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, words, { cwd, env }, (_, out, err) =>
      resolve({ code: child.exitCode ?? -1, out, err }),
    )
  })
}
