/** Makes what a scaffold plan names. What exists is left exactly as it is. */
import { basename, dirname } from 'node:path'
import { MarrowError } from '../base/errors.ts'
import { writing } from '../platform/files.ts'
import { makeInside, openInside } from '../platform/inside.ts'
import type { Step } from './plan.ts'

/**
 * Carries the steps out in order and returns those that made something. A file appears whole or not at all.
 * Throws CANNOT_WRITE at the first step that fails; the steps before it stay, and trying again is harmless.
 */
export function applySteps(steps: readonly Step[]): Step[] {
  return steps.filter((step) => {
    try {
      return step.kind === 'folder' ? makeFolder(step) : makeFile(step)
    } catch (error) {
      if (!(error instanceof MarrowError)) throw error
      const fix = `${error.fix ?? ''} Or choose another path.`.trimStart()
      throw new MarrowError(error.code, error.message, { fix, cause: error })
    }
  })
}

function makeFolder(step: Step): boolean {
  const before = isThere(step)
  makeInside(step)[Symbol.dispose]()
  return !before
}

function isThere(step: Step): boolean {
  try {
    using folder = openInside(step)
    return folder !== undefined
  } catch {
    return false // Making it fails for the same reason, and says so of writing.
  }
}

function makeFile({ path, root, content, mode }: Extract<Step, { kind: 'file' }>): boolean {
  using folder = makeInside({ root, path: dirname(path) })
  return writing(path, () => folder.create([basename(path)], content, mode)) !== undefined
}
