/** Makes what a scaffold plan names. What exists is left exactly as it is. */
import { MarrowError } from '../base/errors.ts'
import { createExclusive, makeFolder } from '../platform/files.ts'
import type { Step } from './plan.ts'

/**
 * Carries the steps out in order and returns those that made something. A file appears whole or not at all.
 * Throws CANNOT_WRITE at the first step that fails; the steps before it stay, and trying again is harmless.
 */
export function applySteps(steps: readonly Step[]): Step[] {
  return steps.filter((step) => {
    try {
      if (step.kind === 'folder') return makeFolder(step.path)
      return createExclusive(step.path, step.content, step.mode)
    } catch (error) {
      if (!(error instanceof MarrowError)) throw error
      const fix = `${error.fix ?? ''} Or choose another path.`.trimStart()
      throw new MarrowError(error.code, error.message, { fix, cause: error })
    }
  })
}
