/** Owns where an agent CLI looks for its login, and what of it reaches a run. */
import { placeOf, type Needs } from '../agents/needs.ts'
import { withheldOf } from '../agents/withheld.ts'
import type { LoginFacts } from './observed.ts'

type Environment = Readonly<Record<string, string | undefined>>

/** The files of which any one holds a login, absolute, in the environment of a run. */
export function loginFiles(needs: Needs, env: Environment): string[] {
  const home = env['HOME']
  return home === undefined ? [] : needs.login.files.map(({ path }) => placeOf(path, needs, home, env))
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
