/** Owns programs that a test starts beside a site, and reads while they run. The site ends what is left of them. */
import { execFile, spawn } from 'node:child_process'

/** A program while it runs. */
export interface Started {
  readonly pid: number
  /** Everything that it has printed so far. */
  out(): string
  err(): string
  /** Its exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>
  signal(signal: NodeJS.Signals): void
}

/** Starts one. Its words must name the folder of the site, by which the site finds what a failed test leaves. */
export function startProgram(
  program: string,
  words: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Started {
  const child = spawn(program, words, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (said.out += chunk))
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (said.err += chunk))
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? -1))
  })
  return {
    pid: child.pid ?? -1,
    out: () => said.out,
    err: () => said.err,
    ended,
    signal: (signal) => child.kill(signal),
  }
}

/** What curl got from the socket of a daemon. */
export interface Answer {
  readonly status: number
  readonly body: unknown
}

/** Asks as a person would: `curl --unix-socket`. `words` are curl's own. */
export function curl(socketPath: string, path: string, ...words: readonly string[]): Promise<Answer> {
  const all = ['-sS', '--unix-socket', socketPath, '-w', '\n%{http_code}', `http://marrow${path}`, ...words]
  return new Promise((resolve, reject) => {
    execFile('curl', all, { maxBuffer: 16 * 1_048_576 }, (error, out) => {
      if (error) return reject(error)
      const cut = out.lastIndexOf('\n')
      resolve({ status: Number(out.slice(cut + 1)), body: JSON.parse(out.slice(0, cut)) })
    })
  })
}
