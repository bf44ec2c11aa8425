/** Owns how a test finds a process that told its number behind the wall, where it has another one. */
import { readlinkSync } from 'node:fs'
import { systemProcesses, type ProcessRow } from '../../src/platform/processes.ts'

/** The living processes of a run, by the mark that all carry. */
export function processesOf(run: string): ProcessRow[] {
  return systemProcesses
    .list()
    .filter(({ pid, zombie }) => !zombie && systemProcesses.hasEnvironment(pid, `MARROW_RUN=${run}`))
}

/**
 * The process of a run that is `inner` for itself; without a wall both numbers are one. Found by its namespace: some CLIs
 * give their tools an environment without the mark.
 */
export function processInside(run: string, inner: number): ProcessRow | undefined {
  const own = namespaceOf(process.pid)
  const spaces = new Set(processesOf(run).map(({ pid }) => namespaceOf(pid)))
  if (spaces.size > 1) spaces.delete(own)
  return systemProcesses
    .list()
    .find(({ pid }) => systemProcesses.innerPid(pid) === inner && spaces.has(namespaceOf(pid)))
}

function namespaceOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`)
  } catch {
    return undefined
  }
}
