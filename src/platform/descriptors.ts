// Open files that came to this process from whoever started it, and would go on to everything that it starts.
import { closeSync, readdirSync, readFileSync } from 'node:fs'

const STDIO_MAX = 2
const CLOSED_ON_EXEC = 0o2000000 // O_CLOEXEC on every Linux that Node runs on.

/**
 * Closes what this process inherited but stdin, stdout and stderr; returns how many that were. Node keeps what it opens
 * itself to itself, and of the rest only the lowest numbers. A folder that a shell had open would lead a run out of
 * every wall. Does nothing where there is no /proc.
 */
export function closeInherited(): number {
  const inherited = openDescriptors().filter(
    (descriptor) => descriptor > STDIO_MAX && isInherited(descriptor),
  )
  for (const descriptor of inherited) closeSync(descriptor)
  return inherited.length
}

function openDescriptors(): number[] {
  try {
    return readdirSync('/proc/self/fd').map(Number)
  } catch {
    return []
  }
}

function isInherited(descriptor: number): boolean {
  try {
    const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'utf8'))?.[1]
    return flags !== undefined && (Number.parseInt(flags, 8) & CLOSED_ON_EXEC) === 0
  } catch {
    return false // It was the one that the listing itself had open.
  }
}
