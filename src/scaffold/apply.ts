/** Makes what a scaffold plan names. What exists is left exactly as it is. */
import { randomBytes } from 'node:crypto'
import { link, mkdir, open, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { MarrowError, reasonOf } from '../base/errors.ts'
import type { Step } from './plan.ts'

/**
 * Carries the steps out in order and returns those that made something. A file appears whole or not at all.
 * Throws CANNOT_WRITE at the first step that fails; the steps before it stay, and trying again is harmless.
 */
export async function applySteps(steps: readonly Step[]): Promise<Step[]> {
  const made: Step[] = []
  for (const step of steps) {
    try {
      if (step.kind === 'folder' ? await makeFolder(step.path) : await makeFile(step)) made.push(step)
    } catch (error) {
      throw new MarrowError(
        'CANNOT_WRITE',
        `Cannot make the ${step.kind} ${step.path}: ${reasonOf(error)}.`,
        {
          fix: 'Check that its parent is a folder that you may write, on a disk that is not full, or choose another path.',
          cause: error,
        },
      )
    }
  }
  return made
}

async function makeFolder(path: string): Promise<boolean> {
  return (await mkdir(path, { recursive: true })) !== undefined
}

/** A hard link is the one way to name a complete file that fails when the name is taken, also for two at once. */
async function makeFile({ path, content, mode }: Extract<Step, { kind: 'file' }>): Promise<boolean> {
  const draft = join(dirname(path), `.marrow-${randomBytes(6).toString('hex')}`)
  try {
    await using file = await open(draft, 'wx', mode)
    await file.writeFile(content)
    await file.sync()
    await link(draft, path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}
