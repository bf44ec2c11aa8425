/** Keeps what the operator forbids an agent forbidden in its role: opencode lets the permissions of an agent win over all others. */
import { asObject } from '../json-object.ts'

type Rules = Readonly<Record<string, unknown>>

/** The permissions of a role, less what `OPENCODE_PERMISSION` of the agent denies or asks for. Never more than the role has. */
export function narrowed(permission: Rules, variable: string | undefined): Rules {
  const theirs = rulesIn(variable)
  const rest = theirs['*']
  return Object.fromEntries([
    ...Object.entries(permission).map(([tool, rule]) => [tool, narrow(rule, theirs[tool] ?? rest)] as const),
    // A tool that the role does not name falls under its rule for everything; a pattern of names may mean one that it names.
    ...Object.entries(theirs)
      .filter(([tool, rule]) => rule !== 'allow' && !Object.hasOwn(permission, tool))
      .map(([tool, rule]) => [tool, narrow(permission['*'], rule)] as const),
  ])
}

/** What is no JSON, opencode goes on without. */
function rulesIn(variable: string | undefined): Rules {
  try {
    const parsed: unknown = JSON.parse(variable || '{}')
    return typeof parsed === 'string' ? { '*': parsed } : asObject(parsed)
  } catch {
    return {}
  }
}

/** Of patterns the last one that fits counts. */
function narrow(own: unknown, theirs: unknown): unknown {
  if (theirs === undefined || theirs === 'allow' || own === 'deny' || own === undefined) return own
  if (theirs === 'deny') return theirs // As one word: of patterns that are all denied opencode still offers the tool.
  const patterns = asObject(own)
  const limits = asObject(theirs)
  if (typeof theirs === 'string')
    return typeof own === 'string' ? theirs : mapped(patterns, (_, action) => stricter(action, theirs))
  if (typeof own === 'string') return { '*': own, ...mapped(limits, (_, action) => stricter(own, action)) }
  const otherwise = limits['*'] ?? 'allow'
  const kept = mapped(patterns, (pattern, action) => stricter(action, limits[pattern] ?? otherwise))
  const denied = Object.entries(limits).filter(([pattern, action]) => pattern !== '*' && action !== 'allow')
  return Object.fromEntries([
    ...Object.entries(kept).filter(([pattern]) => denied.every(([one]) => one !== pattern)),
    ...denied, // Last, where they count.
  ])
}

function mapped(rules: Rules, change: (pattern: string, action: unknown) => unknown): Rules {
  return Object.fromEntries(
    Object.entries(rules).map(([pattern, action]) => [pattern, change(pattern, action)]),
  )
}

function stricter(one: unknown, other: unknown): unknown {
  const order = ['allow', 'ask', 'deny']
  return order.indexOf(String(one)) >= order.indexOf(String(other)) ? one : other
}
