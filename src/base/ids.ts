import { z } from 'zod'

/** A run's id: `<slug>-<YYYYMMDD-HHMMSS-mmm>-<4 of a-z2-7>`, UTC. Only the core gives ids. */
export const RunId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]*-\d{8}-\d{6}-\d{3}-[a-z2-7]{4}$/)
  .brand<'RunId'>()
export type RunId = z.infer<typeof RunId>

const agentNamePattern = /^[A-Za-z0-9][A-Za-z0-9 _.-]*$/

/** Why `name` cannot name an agent, or undefined when it can. */
export function agentNameProblem(name: string): string | undefined {
  if (name === '') return 'is empty'
  if (name.length > 64) return 'is longer than 64 characters'
  if (!agentNamePattern.test(name))
    return 'must start with a letter or digit and hold only letters, digits, space, dash, dot and underscore'
  if (name.includes('-to-') || slugOf(name).includes('-to-'))
    return 'must not contain "-to-", which separates the two names of a handoff folder'
  return undefined
}

/** The form of an agent's name in file names and run ids. Two names with one slug are refused by the configuration. */
export function slugOf(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
  return slug === '' ? 'agent' : slug
}

/** `letters` are four characters of a-z2-7 drawn by the caller: chance comes in through the door. */
export function formatRunId(slug: string, stamp: string, letters: string): RunId {
  return RunId.parse(`${slug}-${stamp}-${letters}`)
}
