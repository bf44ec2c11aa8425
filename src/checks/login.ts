/** Owns where an agent CLI looks for its login, and what of it reaches a run. */
import { join } from 'node:path'
import type { Needs } from '../agents/adapter.ts'
import { withheldOf } from '../agents/withheld.ts'
import type { LoginFacts } from './observed.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The files of which any one holds a login, absolute, in the environment of a run. */
export function loginFiles({ home, login }: Needs, env: Environment): string[] {
  const base = env['HOME']
  const moved = home === undefined ? undefined : env[home.variable]
  return login.files.flatMap((file) => {
    const inside =
      home === undefined || !file.startsWith(`${home.folder}/`)
        ? undefined
        : file.slice(home.folder.length + 1)
    if (moved !== undefined && moved !== '' && inside !== undefined) return [join(moved, inside)]
    return base === undefined ? [] : [join(base, file)]
  })
}

/** `file`: the one of `loginFiles` that is there. `own` is the environment of whoever asks. */
export function loginFacts(
  { login }: Needs,
  file: string | undefined,
  { run, own }: { readonly run: Environment; readonly own: Environment },
): LoginFacts {
  const passed = login.variables.filter((name) => Boolean(run[name]))
  return {
    file,
    passed,
    withheld: withheldOf({ variables: login.variables, inherited: own, passed }),
    how: login.how,
  }
}
