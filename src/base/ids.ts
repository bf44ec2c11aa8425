import { z } from 'zod'

/** A run's id: `<slug>-<YYYYMMDD-HHMMSS-mmm>-<4 of a-z2-7>`, UTC. Only the core gives ids. */
export const RunId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]*-\d{8}-\d{6}-\d{3}-[a-z2-7]{4}$/)
  .brand<'RunId'>()
export type RunId = z.infer<typeof RunId>

/** Whether a name has the form of a run's id: what else lies beside the folders of runs is not marrow's. */
export function isRunId(name: string): boolean {
  return RunId.safeParse(name).success
}

const PROJECT_SIGN = '@'

/** Why `name` cannot name an agent, or undefined when it can. It may end in `@` and the name of its project. */
export function agentNameProblem(name: string): string | undefined {
  const parts = name.split(PROJECT_SIGN)
  if (parts.length > 2) return 'must hold one @ at most, before the name of its project'
  const mistake = lengthProblem(name) ?? parts.map(lettersProblem).find((one) => one !== undefined)
  if (mistake !== undefined) return mistake
  if (`${name}-`.includes('-to-') || `${slugOf(name)}-`.includes('-to-'))
    return 'must not contain "-to-" or end in "-to", which separates the two names of a handoff folder'
  return undefined
}

/** Why `name` cannot name a project, or undefined when it can. */
export function projectNameProblem(name: string): string | undefined {
  return lengthProblem(name) ?? lettersProblem(name)
}

/** The project that an agent's name ends in; undefined when it names none. */
export function projectInName(name: string): string | undefined {
  return name.split(PROJECT_SIGN)[1]
}

function lengthProblem(name: string): string | undefined {
  if (name === '') return 'is empty'
  return name.length > 64 ? 'is longer than 64 characters' : undefined
}

function lettersProblem(part: string): string | undefined {
  if (/^[A-Za-z0-9][A-Za-z0-9 _.-]*$/.test(part)) return undefined
  return 'must start with a letter or digit and hold only letters, digits, space, dash, dot and underscore'
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
