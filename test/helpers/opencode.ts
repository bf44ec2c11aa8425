/**
 * A small world for the real opencode CLI: an empty HOME, a git work_dir, a scripted model on loopback, and, where
 * the system allows it, a network namespace that has nothing but loopback, so that no request can leave.
 */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { ModelRequest } from './model-server.ts'

const Listening = z.object({ port: z.number() })

const checkout = join(import.meta.dirname, '../..')

const MODEL = 'loop/scripted-1'

export interface OpencodeWorld extends AsyncDisposable {
  readonly home: string
  /** A git repository with one commit and an author for the next ones. */
  readonly workDir: string
  /** Whether the scripted model and whatever is started through `enter` have no network but loopback. */
  readonly networkless: boolean
  /** What opencode needs in its environment besides PATH. */
  readonly env: Readonly<Record<string, string>>
  /** The same with other settings laid over opencode's configuration, such as agents and permissions. */
  envWith(config: Readonly<Record<string, unknown>>): Record<string, string>
  /** The words that start a program where it can reach the scripted model. */
  enter(words: readonly string[]): string[]
  /** What opencode asked of the model so far. */
  requests(): ModelRequest[]
}

/** The pinned opencode binary; undefined, after a notice, when `scripts/fetch-opencode` has not put it there. */
export function findOpencode(): string | undefined {
  const found = spawnSync(join(checkout, 'scripts/fetch-opencode'), ['--installed'], { encoding: 'utf8' })
  if (found.status === 0) return found.stdout.trim()
  process.stderr.write(found.stderr)
  return undefined
}

/** Makes the world inside `dir`. */
export async function openOpencodeWorld(dir: string): Promise<OpencodeWorld> {
  const [home, workDir, log] = [join(dir, 'home'), join(dir, 'work'), join(dir, 'model.jsonl')]
  makeHome(home)
  makeRepository(workDir)
  const server = await startServer(log)
  const envWith = (config: Readonly<Record<string, unknown>>) => ({
    HOME: home,
    // Only for tests: there is neither a list of models nor a language server to lose here.
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    OPENCODE_CONFIG_CONTENT: JSON.stringify({ ...configFor(server.port), ...config }),
  })
  return {
    home,
    workDir,
    networkless: server.networkless,
    env: envWith({}),
    envWith,
    enter: (words) => [...server.entrance, ...words],
    requests: () => readLog(log),
    [Symbol.asyncDispose]: async () => {
      server.child.kill('SIGKILL')
      if (server.child.exitCode === null && server.child.signalCode === null) await once(server.child, 'exit')
    },
  }
}

function configFor(port: number) {
  const model = {
    name: 'Scripted',
    tool_call: true,
    limit: { context: 200_000, output: 8_000 },
    cost: { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75 },
  }
  const options = { baseURL: `http://127.0.0.1:${port}/v1`, apiKey: 'not-a-key' }
  return {
    autoupdate: false,
    share: 'disabled',
    model: MODEL,
    small_model: MODEL,
    enabled_providers: ['loop'],
    provider: {
      loop: { npm: '@ai-sdk/openai-compatible', name: 'Loopback', options, models: { 'scripted-1': model } },
    },
  }
}

/** opencode installs its plugin package into every configuration folder, unless it finds one that says it is there. */
function makeHome(home: string): void {
  const folder = join(home, '.config/opencode')
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  const lock = {
    lockfileVersion: 3,
    packages: { '': { dependencies: { '@opencode-ai/plugin': '1.18.33' } } },
  }
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock))
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
