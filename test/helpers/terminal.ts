/** Owns a real terminal for a test: a tmux server of its own, in which one program runs. */
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { eventually } from './eventually.ts'

/** A terminal with a shell in it. */
export interface Terminal extends Disposable {
  /** Types text, without Enter. */
  type(text: string): void
  /** Types a line and Enter. */
  line(text: string): void
  /** Presses keys by tmux's names: Enter, Down, C-c. */
  press(...keys: readonly string[]): void
  /** Its lines, also those that have left it at the top. */
  screen(): string
  /** Waits until the screen shows it, and returns the screen. */
  shows(wanted: string | RegExp): Promise<string>
}

const SHOW_MS_MAX = 20_000

/** The environment of the test itself, for a terminal. */
export function ownEnvironment(): Record<string, string> {
  const own = Object.entries(process.env).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value]],
  )
  return { TERM: 'xterm-256color', ...Object.fromEntries(own) }
}

/** Opens one. `dir` must have a short path, for the socket. */
export function openTerminal(
  dir: string,
  cwd: string,
  env: Readonly<Record<string, string>>,
  {
    columns = 120,
    program = ['sh'],
  }: { readonly columns?: number; readonly program?: readonly string[] } = {},
): Terminal {
  const tmux = (...words: string[]) =>
    execFileSync('tmux', ['-S', join(dir, 't'), '-f', '/dev/null', ...words], { encoding: 'utf8' })
  // Not by tmux's own flag: the shell that it starts would read the machine's profile, which sets PATH anew.
  const set = Object.entries({ ...env, PS1: '> ' }).map(([name, value]) => `${name}=${value}`)
  tmux('new-session', '-d', '-x', String(columns), '-y', '50', '-c', cwd, 'env', '-i', ...set, ...program)
  const screen = () => tmux('capture-pane', '-p', '-J', '-S', '-')
  const type = (text: string) => void tmux('send-keys', '-l', text)
  return {
    type,
    line: (text) => {
      type(text)
      tmux('send-keys', 'Enter')
    },
    press: (...keys) => void tmux('send-keys', ...keys),
    screen,
    shows: (wanted) =>
      eventually(
        `the screen to show ${wanted}`,
        () => {
          const shown = screen()
          return (typeof wanted === 'string' ? shown.includes(wanted) : wanted.test(shown))
            ? shown
            : undefined
        },
        SHOW_MS_MAX,
      ).catch((error: unknown) => {
        throw new Error(`This was on the screen instead:\n${screen()}`, { cause: error })
      }),
    [Symbol.dispose]: () => {
      tmux('kill-server')
    },
  }
}
