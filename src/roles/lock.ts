// Owns what `roles.lock.json` says: which files of the operator's layer came from which source, and as what.
import { z } from 'zod'
import { formatProblem, MarrowError } from '../base/errors.ts'
import { pathProblem } from './offer.ts'

/** The name of the file, beside marrow.toml. */
export const LOCK_NAME = 'roles.lock.json'

const Path = z.string().check((context) => {
  const reason = pathProblem(context.value)
  if (reason !== undefined) context.issues.push({ code: 'custom', input: context.value, message: reason })
})

const Installed = z.strictObject({
  source: z.string(),
  ref: z.string().nullable(),
  commit: z.string().nullable(),
  files: z.record(Path, z.string()),
})

const Lock = z.strictObject({ version: z.literal(1), sources: z.array(Installed) })

/** One source: what it was as it was installed last, and the digest of each file by its path in the layer. */
export type Installed = Readonly<z.infer<typeof Installed>>

/** Undefined text: nothing was installed yet. Throws CONFIG_INVALID with every mistake. */
export function parseLock(text: string | undefined, file: string): readonly Installed[] {
  if (text === undefined) return []
  const parsed = Lock.safeParse(jsonOf(text))
  if (parsed.success) return parsed.data.sources
  const problems = parsed.error.issues.map(({ path, message }) =>
    formatProblem({ file, line: undefined, key: path.join('.'), reason: message, fix: undefined }),
  )
  throw new MarrowError('CONFIG_INVALID', ['Cannot read what was installed:', ...problems].join('\n'), {
    fix: `Put ${file} back as it was. Without it, roles that are there count as written by you.`,
  })
}

/** As the file has it. */
export function lockText(sources: readonly Installed[]): string {
  return `${JSON.stringify({ version: 1, sources }, null, 2)}\n`
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text // Which is no object, as the schema then says.
  }
}
