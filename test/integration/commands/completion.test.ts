/** Completion as people meet it: in the real bash, zsh and fish, some of them in a terminal, before a daemon and without one. */
import { execFile, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { eventually } from '../../helpers/eventually.ts'
import { sampleAgent, sampleRun, sampleStatus } from '../../helpers/fake-daemon.ts'
import { entry, test as base, type World } from '../../helpers/marrow-program.ts'
import { openTerminal, type Terminal } from '../../helpers/terminal.ts'

const runs = [
  sampleRun({ id: 'scout-20260105-130000-000-wxyz', outcome: 'failed: exited with code 3: no' }),
  sampleRun({
    id: 'night-watch-20260105-125500-000-abcd',
    agent: 'night watch',
    outcome: null,
    state: 'running',
  }),
]

const answers = {
  status: async () =>
    sampleStatus({
      agents: {
        scout: sampleAgent({ doing: 'quiet since 12:55: nothing changed' }),
        'night watch': sampleAgent({ name: 'night watch', doing: 'running: 12 s' }),
      },
    }),
  runs: async () => ({ runs }),
}

/** `test` with the scripts of the shells in `dir`, two agents, and marrow on a PATH of its own. */
const test = base.extend<{ shells: Shells }>({
  shells: async ({ world, dir }, use) => {
    const path = join(dir, 'bin')
    mkdirSync(path)
    writeFileSync(join(path, 'marrow'), `#!/bin/sh\nexec '${process.execPath}' '${entry}' "$@"\n`, {
      mode: 0o755,
    })
    const agent = `[[agents]]\nname = "night watch"\nagent_command = "true"\nworkspace = "${join(dir, 'work')}"\n`
    writeFileSync(world.config, `${readFileSync(world.config, 'utf8')}${agent}`)
    const shells = new Shells(world, dir, path)
    await use(shells)
    shells.close()
  },
})

class Shells {
  readonly dir: string
  readonly #env: Record<string, string>
  readonly #world: World
  #terminal: Terminal | undefined

  constructor(world: World, dir: string, path: string) {
    this.dir = dir
    this.#world = world
    this.#env = {
      PATH: `${path}:/usr/local/bin:/usr/bin:/bin`,
      HOME: join(dir, 'home'),
      MARROW_CONFIG: world.config,
      LANG: 'C.UTF-8',
      TERM: 'xterm-256color',
    }
  }

  /** Writes the script of a shell, as its user would. */
  async script(shell: string): Promise<string> {
    const file = join(this.dir, `marrow.${shell}`)
    writeFileSync(file, (await this.#world.marrow('completion', shell)).out)
    return file
  }

  /** What a program prints on stdout. */
  async out(program: string, ...words: string[]): Promise<string[]> {
    const text = await new Promise<string>((resolve) => {
      execFile(program, words, { env: this.#env, cwd: this.dir }, (_, out, err) => resolve(out + err))
    })
    return text.split('\n').filter((line) => line !== '')
  }

  /** Types a line into an interactive shell, presses Tab, and reads the line that the shell then has. */
  async typed(shell: 'bash' | 'zsh', line: string): Promise<string> {
    const [script, file] = [await this.script(shell), join(this.dir, 'typed')]
    const begin = {
      bash: `bind -x '"\\C-g": printf %s "$READLINE_LINE" > ${file}.new; mv ${file}.new ${file}'`,
      zsh: `autoload -Uz compinit; compinit -D; tell() { print -rn -- "$BUFFER" > ${file}.new; mv ${file}.new ${file} }; zle -N tell; bindkey '^G' tell`,
    }[shell]
    const rc = join(this.dir, shell === 'zsh' ? 'home/.zshrc' : 'rc')
    writeFileSync(rc, `PS1='ready> '\n${begin}\nsource ${script}\n`)
    const program = shell === 'zsh' ? ['zsh', '-i'] : ['bash', '--rcfile', rc, '-i']
    this.#terminal = openTerminal(this.dir, this.dir, this.#env, { program })
    await this.#terminal.shows('ready>')
    this.#terminal.type(line)
    return await this.again()
  }

  /** Presses Tab in the shell of `typed` once more. A busy machine may have let the deadline of the first one pass. */
  async again(): Promise<string> {
    const file = join(this.dir, 'typed')
    rmSync(file, { force: true })
    this.#terminal?.press('Tab', 'C-g')
    return await eventually('the line', () => (existsSync(file) ? readFileSync(file, 'utf8') : undefined))
  }

  /** Waits until the shell of `typed` shows it. */
  async shows(wanted: RegExp): Promise<string | undefined> {
    return await this.#terminal?.shows(wanted)
  }

  close(): void {
    this.#terminal?.[Symbol.dispose]()
  }
}

/** Asks up to three times: on a busy machine the daemon may miss the deadline, and the next key brings the answer. */
async function inTime<T>(wanted: T, ask: () => Promise<T>): Promise<T> {
  const told = await ask()
  if (isDeepStrictEqual(told, wanted)) return told
  const next = await ask()
  return isDeepStrictEqual(next, wanted) ? next : await ask()
}

/** Whether the tests of a shell are left out; CI has all of them. */
function lacks(shell: string): boolean {
  if (process.env['CI'] || spawnSync(shell, ['--version']).error === undefined) return false
  process.stderr.write(`${shell} is not installed: whether it completes marrow is not tested.\n`)
  return true
}

const lines: readonly (readonly [line: string, bash: readonly string[], fish: readonly string[]])[] = [
  ['marrow wa', ['wake'], ['wake\tmake an agent due now']],
  ['marrow wake n', ['night\\ watch'], ['night watch\trunning: 12 s']],
  ['marrow wake "night w', ['night watch'], ['night watch\trunning: 12 s']],
  [
    'marrow cancel night-',
    ['night-watch-20260105-125500-000-abcd'],
    ['night-watch-20260105-125500-000-abcd\tnight watch: running'],
  ],
  ['marrow cancel scout-', [], []],
  [
    'marrow show scout-',
    ['scout-20260105-130000-000-wxyz'],
    ['scout-20260105-130000-000-wxyz\tscout: failed: exited with code 3: no'],
  ],
  ['marrow events --kind=run.ended', ['run.ended'], ['--kind=run.ended']],
  ['marrow events --kind run.end', ['run.ending', 'run.ended'], ['run.ending', 'run.ended']],
  ['marrow status -o j', ['json'], ['json']],
  ['marrow run-once scout ', ['night\\ watch'], ['night watch\trunning: 12 s']],
  ['marrow task l', ['list'], ['list\tthe queued tasks']],
  ['marrow frob ', [], []],
]

test.skipIf(lacks('bash'))(
  'bash is offered what fits, quoted as the line needs it',
  async ({ world, shells, expect }) => {
    await using _ = await world.daemon(answers)
    const script = await shells.script('bash')
    const ask = `source ${script}; COMP_WORDBREAKS=$' \\t\\n"\\'><=;|&(:'; COMP_LINE=$1; COMP_POINT=\${#1}; _marrow marrow; printf '%s\\n' "\${COMPREPLY[@]}"`
    for (const [line, answer] of lines) {
      const told = await inTime(answer, () => shells.out('bash', '-c', ask, 'bash', line))
      expect([line, ...told]).toEqual([line, ...answer])
    }
  },
)

test.skipIf(lacks('fish'))(
  'fish is offered what fits, with what it is',
  async ({ world, shells, expect }) => {
    await using _ = await world.daemon(answers)
    const script = await shells.script('fish')
    for (const [line, , answer] of lines) {
      const words = ['--no-config', '-c', `source ${script}; complete -C '${line}'`]
      const told = await inTime(answer.toSorted(), async () =>
        (await shells.out('fish', ...words)).toSorted(),
      )
      expect([line, ...told]).toEqual([line, ...answer.toSorted()])
    }
    const files = await shells.out(
      'fish',
      '--no-config',
      '-c',
      `source ${script}; complete -C 'marrow -c con'; complete -C 'marrow status --config=con'`,
    )
    expect(files).toEqual(['conf/', '--config=conf/'])
  },
)

const typed = [
  ['marrow wake nig', 'marrow wake night\\ watch'],
  ['marrow wake "nig', 'marrow wake "night watch"'],
  ['marrow events --kind=run.ende', 'marrow events --kind=run.ended'],
  ['marrow -c conf/m', 'marrow -c conf/marrow.toml'],
  ['marrow wake zzz', 'marrow wake zzz'],
] as const

for (const shell of ['bash', 'zsh'] as const) {
  test.skipIf(lacks(shell)).for(typed)(
    `in ${shell}, Tab after %s makes %s`,
    async ([line, whole], { world, shells, expect }) => {
      await using _ = await world.daemon(answers)
      const first = await shells.typed(shell, line)
      const made = first.trimEnd() === whole ? first : await shells.again()
      expect(made.trimEnd()).toBe(whole)
    },
  )
}

test.skipIf(lacks('zsh'))(
  'zsh shows runs newest first, with agent and outcome',
  async ({ world, shells, expect }) => {
    await using _ = await world.daemon({ ...answers, status: async () => sampleStatus({ agents: {} }) })
    await shells.typed('zsh', 'marrow logs ')
    const shown =
      /scout-\S+-wxyz +-- scout: failed: exited with code 3: no\s+night-watch-\S+-abcd +-- night watch: running/
    expect(await shells.shows(shown)).toMatch(shown)
  },
)

test('without a daemon the names come from the configuration, also when it is wrong elsewhere', async ({
  world,
  shells,
  expect,
}) => {
  const known = { code: 0, out: 'values\nscout\t\nnight watch\t\n', err: '' }
  expect(await world.marrow('__complete', 'fish', 'wake', '')).toEqual(known)
  writeFileSync(world.config, `${readFileSync(world.config, 'utf8')}\n[nonsense]\nx = 1\n`)
  expect(await world.marrow('__complete', 'fish', '-c', world.config, 'wake', '')).toEqual(known)
  expect(shells.dir).not.toBe('')
})

test('a daemon that never answers costs a moment, and nothing is said about it', async ({
  world,
  shells,
  expect,
}) => {
  const server = createServer(() => {}).listen(world.socketPath)
  try {
    const begun = performance.now()
    const { code, out, err } = await world.marrow('__complete', 'zsh', 'wake', '')
    // Far over the deadline, for a machine that is busy with other tests; far below the 10 s of the usual commands.
    expect(performance.now() - begun).toBeLessThan(5_000)
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(['', 'values\nscout\t\nnight watch\t\n']).toContain(out)
    expect((await world.marrow('__complete', 'zsh', 'show', '')).err).toBe('')
  } finally {
    server.close()
  }
  expect(shells.dir).not.toBe('')
})

test.for([
  [['fish', 'wake', '-c', '/nowhere', '']],
  [['bash']],
  [[]],
  [['bash', 'marrow wake "', ' ']],
  [['tcsh', 'wake', '\u0007']],
])('%j is answered without a complaint', async ([words = []], { world, expect }) => {
  expect(await world.marrow('__complete', ...words)).toMatchObject({ code: 0, err: '' })
})
