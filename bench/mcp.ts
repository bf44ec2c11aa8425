/** Measures what `marrow mcp` costs beside each agent CLI, against an empty script that answers one line. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { end, plainEnvironment, root } from './checkout.ts'
import { eventually, Home, named } from './home.ts'
import { memoryMib } from './processes.ts'
import type { Figure } from './report.ts'
import { median } from './statistics.ts'

const ROUNDS = 15
const ANSWER_MS_MAX = 30
const PRIVATE_MIB_MAX = 10
const initialize = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'bench', version: '1' } },
})

/** Inside of a run: from its start to its first answer, and the memory that is then its own. `empty` answers each line with one. */
export async function mcpServer(empty: string): Promise<Figure[]> {
  await using home = new Home({ agents: named(1), command: ['sh', '-c', 'exec sleep 600', 'agent'] })
  await home.start()
  const env = { ...plainEnvironment, ...(await doorOf(join(home.dir, 'state'))) }
  const commands = [[empty], [join(root, 'bin', 'marrow'), 'mcp']]
  const seen: Seen[][] = commands.map(() => [])
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [index, command] of commands.entries()) {
      const one = await askOnce(command, env)
      if (round >= 0) seen[index]?.push(one) // The first round only warms the disk's cache.
    }
  }
  const figure = (name: string, unit: Figure['unit'], of: keyof Seen) => {
    const [baseline = Number.NaN, subject = Number.NaN] = seen.map((all) => median(all.map((one) => one[of])))
    return { name, unit, subject, baseline }
  }
  return [
    { ...figure('marrow mcp, its first answer', 'ms', 'ms'), ratioMax: 2.5, subjectMax: ANSWER_MS_MAX },
    { ...figure('marrow mcp, private memory', 'MiB', 'mib'), ratioMax: 1.4, subjectMax: PRIVATE_MIB_MAX },
  ]
}

interface Seen {
  readonly ms: number
  readonly mib: number
}

/** What the one run is told of the agents' door. */
async function doorOf(stateDir: string): Promise<Record<string, string>> {
  const runs = join(stateDir, 'runs')
  const tokens = () => (existsSync(runs) ? readdirSync(runs) : []).map((run) => join(runs, run, 'token'))
  await eventually('the run to have its token', () => tokens().some((path) => existsSync(path)))
  return {
    MARROW_SOCKET: join(stateDir, 'door', 'agent.sock'),
    MARROW_TOKEN_FILE: tokens().find((path) => existsSync(path)) ?? '',
  }
}

async function askOnce(
  [program = '', ...words]: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Seen> {
  const startedAt = performance.now()
  const child = spawn(program, words, { env, stdio: ['pipe', 'pipe', 'inherit'] })
  const answered = once(createInterface(child.stdout), 'line')
  child.stdin.write(`${initialize}\n`)
  await answered
  const ms = performance.now() - startedAt
  const mib = memoryMib(child.pid ?? 0, 'Private_Dirty')
  await end(child)
  return { ms, mib }
}
