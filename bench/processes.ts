/** Owns what /proc says of one process: its processor time and its memory. */
import { readdirSync, readFileSync } from 'node:fs'

/** Processor time of all threads since the start, in ms; finer than the clock ticks of `/proc/<pid>/stat`. */
export function cpuMs(pid = 0): number {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  )
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6
}

/** Resident memory in MiB; `Pss` counts what several processes share by each one's part, `Private_Dirty` what is this one's alone. */
export function memoryMib(pid: number, kind: 'Rss' | 'Pss' | 'Private_Dirty'): number {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(new RegExp(`^${kind}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]) / 1024
}
