// Owns how a role's name becomes the files that it may stand in, and a file the id of its role.

const levels = ['l1', 'l2', 'l3'] as const
const segmentPattern = /^[A-Za-z0-9_][A-Za-z0-9 _.-]*$/

/**
 * The files below a folder `roles` that `role` may mean, best first: a bare name may leave out its level. Undefined
 * when it is not a plain path of names, such as one that leaves the folder.
 */
export function roleFiles(role: string): string[] | undefined {
  const name = withoutExtension(role.trim())
  const segments = name.split('/')
  if (!segments.every(isSegment)) return undefined
  const file = `${name}.md`
  return segments.length === 1 ? [file, ...levels.map((level) => `${level}/${file}`)] : [file]
}

/** A reference or a file without `.md`. */
export function withoutExtension(role: string): string {
  return role.replace(/\.md$/i, '')
}

/** Whether a name may be a part of an id. */
export function isSegment(name: string): boolean {
  return segmentPattern.test(name)
}

/** The level that the first folder of an id says. */
export function levelOfId(id: string): number | undefined {
  const first = levels.findIndex((level) => id.startsWith(`${level}/`))
  return first < 0 ? undefined : first + 1
}
