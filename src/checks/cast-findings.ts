/** Owns what doctor makes of the files that roles are cast to. */
import { namesOf } from '../base/names.ts'
import { plain } from '../base/plain.ts'
import { finder, type Finding } from './finding.ts'
import type { CastFacts } from './observed.ts'

/** Of one workspace. A run depends on none of them: they serve people who work there, and what these start. */
export function castFindings({
  folder,
  agents,
  isCast,
  unmarked,
  edited,
  outdated,
  problems,
}: CastFacts): Finding[] {
  const about = finder(namesOf(agents))
  const found = problems.map(({ problem, fix }) => about.issue(plain(problem), fix))
  if (unmarked.length > 0) {
    const problem = `an agent CLI that is opened in ${folder} uses files that marrow did not write in place of its roles: ${some(unmarked)}`
    const fix = 'Take over what an earlier casting left, after a look: marrow role cast --adopt'
    found.push(isCast ? about.issue(problem, fix) : about.hint(problem, fix))
  }
  if (edited.length > 0) {
    const problem = `somebody changed what is cast into ${folder}: ${some(edited)}`
    found.push(
      about.hint(
        problem,
        'Put it back, with the changed text kept: marrow role cast; a daemon does so by itself.',
      ),
    )
  }
  if (outdated.length > 0) {
    const problem = `what is cast into ${folder} is not what the roles say: ${some(outdated)}`
    found.push(about.hint(problem, 'Cast again: marrow role cast; a daemon does so by itself.'))
  }
  return found
}

function some(paths: readonly string[]): string {
  return namesOf(paths.map(plain))
}
