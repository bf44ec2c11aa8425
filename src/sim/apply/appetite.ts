// Owns what the simulated agent takes of the machine when it is told to take a lot: memory, processes, a large file.
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'

const PIECE_BYTES = 4 * 1024 * 1024
const CHILD_SECONDS = 60 // So that no test leaves litter.

/** Takes memory and really uses it; it stays taken for as long as the answer is kept. */
export function eat(bytes: number): Buffer[] {
  const pieces: Buffer[] = []
  for (let left = bytes; left > 0; left -= PIECE_BYTES)
    pieces.push(Buffer.alloc(Math.min(left, PIECE_BYTES), 1)) // Pages that nobody wrote to are not there.
  return pieces
}

/** Starts so many processes that wait; returns how many of them the system let begin. */
export async function forkMany(count: number): Promise<number> {
  const { spawn } = await import('node:child_process')
  let begun = 0
  for (let number = 0; number < count; number += 1) {
    if (await begins(spawn('sleep', [String(CHILD_SECONDS)], { stdio: 'ignore' }))) begun += 1
  }
  return begun
}

/** Writes a file of so many bytes. Throws what the system says when it may not grow so large. */
export async function writeLarge(path: string, bytes: number): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const file = await open(path, 'w')
  try {
    const piece = Buffer.alloc(PIECE_BYTES, 'x')
    for (let left = bytes; left > 0; left -= PIECE_BYTES)
      await file.writeFile(left < PIECE_BYTES ? piece.subarray(0, left) : piece)
  } finally {
    await file.close()
  }
}

async function begins(child: ChildProcess): Promise<boolean> {
  child.unref()
  try {
    await once(child, 'spawn')
    return true
  } catch {
    return false // `once` rejects with the error that the child reports instead.
  }
}
