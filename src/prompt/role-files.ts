// Owns how a role's name becomes the files that it may stand in.

const levels = ['l1', 'l2', 'l3'] as const
const segmentPattern = /^[A-Za-z0-9_][A-Za-z0-9 _.-]*$/

/**
 * The files below a folder `roles` that `role` may mean, best first: a bare name may leave out its level. Undefined
 * when it is not a plain path of names, such as one that leaves the folder.
 */
export function roleFiles(role: string): string[] | undefined {
  const name = role.trim().replace(/\.md$/i, '')
  const segments = name.split('/')
  if (!segments.every((segment) => segmentPattern.test(segment))) return undefined
  const file = `${name}.md`
  return segments.length === 1 ? [file, ...levels.map((level) => `${level}/${file}`)] : [file]
}
