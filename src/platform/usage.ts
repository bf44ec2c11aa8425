// How much of the machine some processes take now: two short reads each on Linux, one `ps` for all elsewhere.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/** What processes take together. */
export interface Usage {
  /** Memory that is in use now. What a fork shares with its parent counts twice, so it is rather too much than too little. */
  readonly residentBytes: number
  /** Processes and, on Linux, their threads. */
  readonly tasks: number
}

/** What one process takes, in bytes: its own, and what it may share, such as the code of its program. */
interface Share {
  readonly own: number
  readonly shared: number
  readonly tasks: number
}

/** Those that are gone or may not be seen count for nothing. */
export function usageOf(pids: readonly number[]): Usage {
  const all = process.platform === 'linux' ? pids.map(procShare) : psShares(pids)
  return {
    // Ten processes of one program hold its code once. How much of it each uses the kernel tells only for a walk
    // through all pages (PSS), which takes a hundred times as long.
    residentBytes:
      all.reduce((sum, { own }) => sum + own, 0) + Math.max(0, ...all.map(({ shared }) => shared)),
    tasks: all.reduce((sum, one) => sum + one.tasks, 0),
  }
}

/** Lines of `ps -o rss=`, in KiB. */
export function parsePsShares(text: string): Share[] {
  const figures = text.split('\n').filter((line) => /^\s*\d+\s*$/.test(line))
  return figures.map((line) => ({ own: Number(line) * 1_024, shared: 0, tasks: 1 }))
}

const nothing: Share = { own: 0, shared: 0, tasks: 0 }

function procShare(pid: number): Share {
  const stat = readProc(pid, 'stat')
  const threads = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[17]) // Field 20 of the line.
  const [, resident, shared] = readProc(pid, 'statm').split(' ').map(Number)
  if (resident === undefined || shared === undefined || !(threads > 0)) return nothing
  return { own: (resident - shared) * pageBytes(), shared: shared * pageBytes(), tasks: threads }
}

function readProc(pid: number, file: 'stat' | 'statm'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8')
  } catch {
    return '' // It ended while we looked.
  }
}

let knownPageBytes: number | undefined

/** 4 KiB on most machines, up to 64 KiB on some ARM ones; the kernel tells it to every process when it begins. */
function pageBytes(): number {
  knownPageBytes ??= pageBytesOf(readFileSync('/proc/self/auxv'))
  return knownPageBytes
}

/** Pairs of words of 8 bytes: what it is (6: the size of a page), and its value. */
function pageBytesOf(pairs: Buffer): number {
  for (let at = 0; at + 16 <= pairs.length; at += 16) {
    if (pairs.readBigUInt64LE(at) === 6n) return Number(pairs.readBigUInt64LE(at + 8))
  }
  return 4_096
}

function psShares(pids: readonly number[]): Share[] {
  if (pids.length === 0) return []
  const options = { encoding: 'utf8', env: { PATH: '/bin:/usr/bin', LC_ALL: 'C' }, timeout: 5_000 } as const
  return parsePsShares(spawnSync('ps', ['-o', 'rss=', '-p', pids.join(',')], options).stdout ?? '')
}
