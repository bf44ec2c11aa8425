/**
 * A small world for a real agent CLI: an empty HOME, a git work_dir, a scripted model on loopback, and, where the system
 * allows it, a network namespace that has nothing but loopback, so that no request can leave. What each CLI needs to
 * find its model there stands in a file of its own beside this one.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { ModelRequest } from './model-server.ts'

const Listening = z.object({ port: z.number() })

const checkout = join(import.meta.dirname, '../..')

export interface CliWorld extends AsyncDisposable {
  readonly home: string
  /** A git repository with one commit and an author for the next ones. */
  readonly workDir: string
  /** Whether the scripted model and whatever is started through `enter` have no network but loopback. */
  readonly networkless: boolean
  /** Where the scripted model listens: `http://127.0.0.1:PORT`. */
  readonly model: string
  /** The words that start a program where it can reach the scripted model. */
  enter(words: readonly string[]): string[]
  /** What was asked of the model so far. */
  requests(): ModelRequest[]
}

/** The pinned program of a CLI; undefined, after a notice, when `scripts/fetch-cli` has not put it there. */
export function findCli(name: 'claude' | 'codex' | 'gemini' | 'opencode'): string | undefined {
  const found = spawnSync(join(checkout, 'scripts/fetch-cli'), [name, '--installed'], { encoding: 'utf8' })
  if (found.status === 0) return found.stdout.trim()
  process.stderr.write(found.stderr)
  return undefined
}

/** Makes the world inside `dir`. */
export async function openCliWorld(dir: string): Promise<CliWorld> {
  const [home, workDir, log] = [join(dir, 'home'), join(dir, 'work'), join(dir, 'model.jsonl')]
  mkdirSync(home, { recursive: true })
  makeRepository(workDir)
  const server = await startServer(log)
  return {
    home,
    workDir,
    networkless: server.networkless,
    model: `http://127.0.0.1:${server.port}`,
    enter: (words) => [...server.entrance, ...words],
    requests: () => readLog(log),
    [Symbol.asyncDispose]: async () => {
      server.child.kill('SIGKILL')
      if (server.child.exitCode === null && server.child.signalCode === null) await once(server.child, 'exit')
    },
  }
}

function makeRepository(workDir: string): void {
  mkdirSync(workDir, { recursive: true })
  const git = (...words: string[]) => execFileSync('git', words, { cwd: workDir })
  git('init', '--quiet', '--initial-branch=main')
  git('config', 'user.name', 'Test')
  git('config', 'user.email', 'test@example.org')
  git('commit', '--quiet', '--allow-empty', '--message=start')
}

interface ScriptedServer {
  readonly child: ChildProcess
  readonly port: number
  readonly networkless: boolean
  readonly entrance: readonly string[]
}

/** The server holds the namespace open; others enter it through the server's process. */
async function startServer(log: string): Promise<ScriptedServer> {
  const networkless = spawnSync('unshare', ['--net', 'ip', 'link', 'set', 'lo', 'up']).status === 0
  const wall = networkless ? ['unshare', '--net', 'sh', '-c', 'ip link set lo up && exec "$@"', 'sh'] : []
  const [program, ...words] = [
    ...wall,
    process.execPath,
    join(import.meta.dirname, 'model-server.ts'),
    '--log',
    log,
  ]
  const child = spawn(program, words, { stdio: ['pipe', 'pipe', 'inherit'] })
  for await (const line of createInterface({ input: child.stdout })) {
    const { port } = Listening.parse(JSON.parse(line))
    const entrance = networkless ? ['nsenter', `--net=/proc/${child.pid}/ns/net`, '--'] : []
    return { child, port, networkless, entrance }
  }
  throw new Error('The scripted model server ended before it listened.')
}

function readLog(log: string): ModelRequest[] {
  if (!existsSync(log)) return []
  const lines = readFileSync(log, 'utf8').split('\n').filter(Boolean)
  return lines.map((line) => ModelRequest.parse(JSON.parse(line)))
}
