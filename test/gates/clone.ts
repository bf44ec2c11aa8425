/** Owns a stand-in for a fresh clone: our own scripts, and programs that only write down how they are called. */
import { cp, mkdir, readFile, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { execa } from 'execa'
import { test as base } from '../helpers/temp-dir.ts'
import { checkout } from './checkout-copy.ts'
import { passOn, writeProgram } from './programs.ts'

/** How a script ended, and what it said. */
export interface Ending {
  readonly exitCode?: number
  readonly stdout: string
  readonly stderr: string
}

/** A folder with our scripts; all other programs that they call are stand-ins in `path`, which is their whole PATH. */
export class Clone {
  readonly path: string
  readonly #folder: string
  readonly #log: string

  constructor(dir: string) {
    this.path = join(dir, 'path')
    this.#folder = join(dir, 'clone')
    this.#log = join(dir, 'calls')
  }

  /** Runs a script from another folder; $FAIL names the word of an npm call that is to fail with 7, $WHO is the user id. */
  async run(
    script: string,
    words: readonly string[] = [],
    env: Record<string, string> = {},
  ): Promise<Ending> {
    return execa(join(this.#folder, script), words, {
      env: { PATH: this.path, ...env },
      extendEnv: false,
      reject: false,
      cwd: '/',
    })
  }

  /** What the stand-ins were called with, one call each. */
  async calls(): Promise<string[]> {
    return (await readFile(this.#log, 'utf8'))
      .split('\n')
      .map((call) => call.trimEnd())
      .filter(Boolean)
  }

  /** Adds a program that writes its call down and then runs `script`. */
  async standIn(file: string, script = ''): Promise<void> {
    const name = file.slice(file.lastIndexOf('/') + 1)
    await writeProgram(file, `echo "\${MARROW_TEST_LONG:+long }${name} $*" >>${this.#log}\n${script}`)
  }

  async build(): Promise<void> {
    for (const folder of [this.path, this.#folder, join(this.#folder, 'bin')]) await mkdir(folder)
    await writeFile(this.#log, '')
    await writeFile(join(this.#folder, 'package-lock.json'), '{}')
    await cp(join(checkout, 'scripts'), join(this.#folder, 'scripts'), {
      recursive: true,
      filter: (source) => !source.endsWith('fetch-cli'),
    })
    await this.standIn(join(this.#folder, 'bin/marrow'))
    await this.standIn(join(this.#folder, 'scripts/fetch-cli'), 'echo "no $1 here" >&2; exit 3')
    await passOn(this.path, 'cat', 'dirname', 'mktemp', 'rm')
    await this.standIn(join(this.path, 'npm'), 'echo said by npm\ncase " $* " in *" $FAIL "*) exit 7 ;; esac')
    await writeProgram(join(this.path, 'id'), 'echo "${WHO:-1000}"')
    for (const name of ['git', 'tmux', 'bwrap', 'ps', 'curl', 'zsh', 'fish'])
      await writeProgram(join(this.path, name), '')
  }

  /** Makes the packages look installed, and the lock file as many seconds newer as is said. */
  async installPackages(lockIsNewerBy: number): Promise<void> {
    const installed = join(this.#folder, 'node_modules/.package-lock.json')
    await mkdir(join(this.#folder, 'node_modules'))
    await writeFile(installed, '{}')
    await utimes(installed, 1_000, 1_000)
    await utimes(join(this.#folder, 'package-lock.json'), 1_000, 1_000 + lockIsNewerBy)
  }
}

/** `test` with a `clone` in which nothing is installed yet. */
export const test = base.extend<{ clone: Clone }>({
  clone: async ({ dir }, use) => {
    const clone = new Clone(dir)
    await clone.build()
    await use(clone)
  },
})
