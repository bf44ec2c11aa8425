/** Owns somebody who has just installed marrow: a home, a repository, an agent CLI that is simulated. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { writeProgram } from '../gates/programs.ts'
import { startProgram } from './programs.ts'
import { marrowProgram } from './spawned-daemon.ts'

/** The home of a person, with what lies in it. */
export interface Newcomer {
  readonly home: string
  /** A git repository with one commit, in which they stand. */
  readonly repository: string
  readonly env: Readonly<Record<string, string>>
  readonly config: string
  /** Makes another repository. */
  addRepository(name: string): string
  /** Runs marrow in a folder, by default in the repository, with `more` in the environment. */
  marrow(
    words: readonly string[],
    cwd?: string,
    more?: Readonly<Record<string, string>>,
  ): Promise<{ code: number | string; out: string; err: string }>
  /** What marrow wrote into the home so far, as paths below it. */
  written(): string[]
}

/** `agent`: words of the simulated agent, which stands in for opencode and says that it is logged in. */
export async function makeNewcomer(
  dir: string,
  agent = '--usage in=900,out=100,cost=0.02',
): Promise<Newcomer> {
  const [home, bin] = [join(dir, 'home'), join(dir, 'bin')]
  for (const folder of [home, bin]) mkdirSync(folder)
  writeFileSync(join(home, '.gitconfig'), '[user]\n\tname = Test\n\temail = test@localhost\n')
  await writeProgram(
    join(bin, 'opencode'),
    [
      `case "$1" in`,
      `--version) echo 1.18.33 ;;`,
      `auth) echo '1 credentials' ;;`,
      `*) exec '${marrowProgram}' sim agent --as opencode ${agent} ;;`,
      `esac`,
    ].join('\n'),
  )
  const env = {
    HOME: home,
    PATH: `${bin}:${process.env['PATH'] ?? ''}`,
    TZ: 'UTC',
    LANG: 'C.UTF-8',
    TERM: 'xterm-256color',
    NO_COLOR: '1',
    USER: 'me',
  }
  const addRepository = (name: string) => {
    const path = join(home, 'src', name)
    mkdirSync(path, { recursive: true })
    const git = (...words: string[]) => execFileSync('git', ['-C', path, ...words], { stdio: 'ignore' })
    git('init', '-q')
    git(
      '-c',
      'user.name=Test',
      '-c',
      'user.email=test@localhost',
      'commit',
      '-q',
      '--allow-empty',
      '-m',
      'Begin',
    )
    return path
  }
  const repository = addRepository('site')
  const clean = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]))
  return {
    home,
    repository,
    env,
    config: join(home, '.config', 'marrow', 'marrow.toml'),
    addRepository,
    marrow: async (words, cwd = repository, more = {}) => {
      const run = ['-c', 'cd "$0" && exec "$@"', cwd, marrowProgram, ...words]
      const program = startProgram('sh', run, { ...clean, ...env, ...more })
      const code = await program.ended
      return { code, out: program.out(), err: program.err() }
    },
    written: () => ['.config', '.local'].flatMap((name) => below(join(home, name))),
  }
}

function below(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : []
}
