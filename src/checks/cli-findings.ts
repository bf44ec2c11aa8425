/** Owns what doctor makes of an agent CLI: its version, and whether it can be logged in. */
import { allowLine } from '../agents/withheld.ts'
import type { Finder, Finding } from './finding.ts'
import type { CliFacts } from './observed.ts'
import { isBeyond, isOlder } from './versions.ts'

export function cliFindings(about: Finder, { adapter, version, tested, login }: CliFacts): Finding[] {
  const found: Finding[] = []
  if (version?.kind === 'silent') {
    const problem = `${adapter} --version ${version.reason}`
    found.push(about.issue(problem, 'Try it in a terminal; install it again if it does the same there.'))
  }
  if (version?.kind === 'said' && isOlder(version.version, tested)) {
    const problem = `${adapter} ${version.version} is older than ${tested}, with which marrow is tested`
    found.push(about.hint(problem, `Update ${adapter}.`))
  }
  if (version?.kind === 'said' && isBeyond(version.version, tested)) {
    const problem = `${adapter} ${version.version} is much newer than ${tested}, with which marrow is tested`
    found.push(about.hint(problem, 'Look whether its runs are read rightly: marrow run-once, marrow show.'))
  }
  return [...found, ...loginFindings(about, adapter, login)]
}

/** A hint in any case: a model of one's own needs no login, and some CLIs keep theirs where marrow cannot look. */
function loginFindings(about: Finder, adapter: string, login: CliFacts['login']): Finding[] {
  const { file, passed, withheld, how } = login
  const isLoggedIn = file !== undefined || passed.length > 0
  if (withheld.length > 0) {
    const names = withheld.join(', ')
    const verb = withheld.length === 1 ? 'is' : 'are'
    const otherwise = isLoggedIn
      ? `${adapter} uses ${file ?? passed.join(', ')}`
      : `${adapter} finds no login`
    const problem = `${names} of your environment ${verb} withheld from its runs: ${otherwise}`
    const allow = `If they are to be used, allow them: ${allowLine(withheld)}`
    return [about.hint(problem, isLoggedIn ? `${allow}.` : `${allow}; or log in: ${how}.`)]
  }
  if (isLoggedIn) return []
  return [about.hint(`${adapter} finds no login in the home of its runs`, `Log in as their user: ${how}.`)]
}
