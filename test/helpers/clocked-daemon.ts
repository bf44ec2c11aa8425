/**
 * Owns a daemon in a process of its own whose time is given to it, so that a night takes a minute and can still be
 * killed with -9. As a program: `node clocked-daemon.ts CONFIG WALL MONO`; it is told of time on stdin.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import type { Moment } from '../../src/base/moment.ts'
import { readConfig } from '../../src/config/load.ts'
import { installedProgram } from '../../src/daemon/here.ts'
import { startDaemon, type RunningDaemon } from '../../src/daemon/start.ts'
import { silentLog } from '../../src/platform/log.ts'
import { systemProcesses } from '../../src/platform/processes.ts'
import { FakeClock } from './fake-clock.ts'

/** The time that it says it is. */
const Told = z.object({ wall: z.int(), mono: z.int(), boot: z.string() })

/** A daemon whose clock stands still until it is told. */
export interface ClockedDaemon {
  /** Lets time pass in steps, and what is due in each of them come to its end before the next. */
  advance(ms: number, stepMs?: number): Promise<void>
  /** The machine sleeps so long. */
  asleep(ms: number): Promise<void>
  /** Lets time pass without waiting for what it begins. */
  hurry(ms: number): Promise<void>
  now(): Moment
  /** Ends it as a crash would. */
  kill(): Promise<void>
  stop(): Promise<void>
}

const ANSWER_MS_MAX = 60_000

/** Starts one on a configuration, at a time. */
export async function startClocked(
  config: string,
  at: Pick<Moment, 'wall' | 'mono'>,
  env: Readonly<Record<string, string>>,
): Promise<ClockedDaemon> {
  const words = [fileURLToPath(import.meta.url), config, String(at.wall), String(at.mono)]
  const child = spawn(process.execPath, words, { stdio: ['pipe', 'pipe', 'inherit'], env })
  const ended = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  let now: Moment = { ...at, boot: 'boot-1' }
  const answer = async () => {
    const line = await Promise.race([lines.next(), sleep(ANSWER_MS_MAX, undefined, { ref: false })])
    if (line === undefined || line.done) throw new Error('The clocked daemon gives no answer.')
    now = Told.parse(JSON.parse(line.value))
  }
  const tell = async (word: string, ms: number) => {
    child.stdin.write(`${word} ${ms}\n`)
    await answer()
  }
  await answer()
  return {
    advance: async (ms, stepMs = 60_000) => {
      const end = now.wall + ms
      while (now.wall < end) await tell('advance', Math.min(stepMs, end - now.wall))
    },
    asleep: (ms) => tell('asleep', ms),
    hurry: (ms) => tell('hurry', ms),
    now: () => now,
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    stop: async () => {
      child.stdin.end('stop 0\n')
      const timer = setTimeout(() => child.kill('SIGKILL'), ANSWER_MS_MAX)
      await ended
      clearTimeout(timer)
    },
  }
}

const LOOK_MS = 5
const LOOKS_QUIET = 4 // In a row: between the end of a job and what follows it lies a pass.

/** Waits, in real time, until nothing is under way; the clock goes on a little, for what waits for its next look. */
async function untilQuiet({ core }: RunningDaemon, clock: FakeClock): Promise<void> {
  const deadline = Date.now() + ANSWER_MS_MAX
  for (let quiet = 0; quiet < LOOKS_QUIET;) {
    if (Date.now() > deadline) throw new Error('The clocked daemon does not come to rest.')
    await sleep(LOOK_MS)
    await clock.advance(LOOK_MS)
    const open = await core.db.read((tx) =>
      tx.get("select count(*) as open from ticks where state <> 'ended'"),
    )
    quiet = core.jobs.size === 0 && open?.['open'] === 0 ? quiet + 1 : 0
  }
}

async function main([path = '', wall = '', mono = '']: readonly string[]): Promise<void> {
  const { config } = await readConfig(path)
  if (config === undefined) throw new Error(`Cannot read ${path}.`)
  const clock = new FakeClock(Number(wall), Number(mono))
  const daemon = await startDaemon({
    config,
    clock,
    program: installedProgram(),
    processes: systemProcesses,
    log: silentLog,
    env: process.env,
    random: Math.random,
    ipc: true,
    scheduled: true,
  })
  const say = () => process.stdout.write(`${JSON.stringify(clock.now())}\n`)
  await untilQuiet(daemon, clock)
  say()
  for await (const line of createInterface({ input: process.stdin })) {
    const [word = '', ms = '0'] = line.split(' ')
    if (word === 'stop') break
    if (word === 'asleep') clock.jump(Number(ms))
    else await clock.advance(Number(ms))
    if (word !== 'hurry') await untilQuiet(daemon, clock)
    say()
  }
  daemon.stop()
  const gone = daemon.done.then(() => true)
  while (!(await Promise.race([gone, sleep(LOOK_MS, false)]))) await clock.advance(1_000)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv.slice(2))
