/** What lets opencode work without asking for permission. It asks for little unless its configuration says so. */
import { ownWords, switchOn } from '../flags.ts'
import { environmentAt, programIn } from '../program-place.ts'
import { programPattern } from './program.ts'

const variable = 'OPENCODE_PERMISSION'

/** The flag, or the variable when it allows everything or all commands. */
export function bypass(
  words: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const flag = switchOn(ownWords(words, programPattern), [
    '--auto',
    '--yolo',
    '--dangerously-skip-permissions',
  ])
  if (flag !== undefined) return flag
  const found = environmentAt(words, programIn(words, programPattern), env) ?? env
  return allowsAll(found[variable] ?? '') ? variable : undefined
}

function allowsAll(permission: string): boolean {
  try {
    const parsed: unknown = JSON.parse(permission)
    if (parsed === 'allow') return true
    if (typeof parsed !== 'object' || parsed === null) return false
    const rules = Object.entries(parsed)
    return rules.some(([tool, rule]) => (tool === '*' || tool === 'bash') && isAllow(rule))
  } catch {
    return false // opencode goes on without it.
  }
}

/** For all patterns, or for the one that fits everything. */
function isAllow(rule: unknown): boolean {
  if (typeof rule !== 'object' || rule === null) return rule === 'allow'
  return Object.entries(rule).some(([pattern, action]) => pattern === '*' && action === 'allow')
}
