// Work that comes from outside while daemons live and die: wakes, tasks and handoffs, each with a token of its own.
import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Site, SpawnedDaemon } from '../../helpers/spawned-daemon.ts'

/** A wake whose daemon said that it has it. */
export interface Accepted {
  readonly agent: string
  readonly token: string
}

/** What was sent so far. A wake that got no answer may have been taken or not, so nothing is expected of it. */
export interface Load {
  readonly wakes: readonly Accepted[]
  readonly unanswered: readonly string[]
  readonly tasks: readonly string[]
  readonly handoffs: readonly Accepted[]
  stop(): Promise<void>
}

/** Numbers between 0 and 1 that are the same for the same seed, so that a failing round can be played again. */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

const SENDERS = 3 // At once, as agents and people would.

/** Each sender sends one thing every 10 to 40 ms to whichever daemon is the current one, until it is stopped. */
export function startLoad(
  site: Site,
  agents: readonly string[],
  random: () => number,
  current: () => SpawnedDaemon | undefined,
): Load {
  const [wakes, unanswered, tasks, handoffs]: [Accepted[], string[], string[], Accepted[]] = [[], [], [], []]
  let count = 0
  const stopped = new AbortController()
  const sendOne = async (): Promise<void> => {
    count += 1
    const agent = agents[Math.floor(random() * agents.length)] ?? ''
    const kind = random()
    if (kind < 0.1) {
      const token = `hand-${count}`
      handOver(site.workspace, agent, token)
      handoffs.push({ agent, token })
      return
    }
    const daemon = current()
    if (daemon === undefined) return
    if (kind < 0.25) {
      const title = `task-${count}`
      await daemon.ask('addTask', { title }).then(
        () => tasks.push(title),
        () => {},
      )
      return
    }
    const token = `wake-${count}`
    await daemon.ask('wake', { agent, prompt: token }).then(
      () => wakes.push({ agent, token }),
      () => unanswered.push(token),
    )
  }
  const sendOn = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await sendOne()
      await pause(10 + random() * 30)
    }
  }
  const done = Promise.all(Array.from({ length: SENDERS }, sendOn))
  return {
    wakes,
    unanswered,
    tasks,
    handoffs,
    stop: async () => {
      stopped.abort()
      await done
    },
  }
}

/** As an agent of the workspace would: complete before it is visible. */
function handOver(workspace: string, to: string, token: string): void {
  const folder = join(workspace, 'runtime', 'handoff', `somebody-to-${to}`)
  mkdirSync(folder, { recursive: true })
  const draft = join(folder, `.${token}.tmp`)
  writeFileSync(draft, `Please look after ${token}.\n`)
  renameSync(draft, join(folder, `${token}.md`))
}
