/** Owns what an agent needs to push: one token or one key, and what makes git use it in a run, which sees nothing of the operator's. */
import { dirname, join } from 'node:path'
import { quote } from 'shlex'

/** How an agent may push. */
export type Push =
  | { readonly by: 'nothing' }
  | { readonly by: 'token'; readonly variable: string }
  | { readonly by: 'key'; readonly path: string }

/** What is added to an agent for it. */
export interface PushKeys {
  /** Of `env.pass`. */
  readonly pass: readonly string[]
  /** Of `env.set`. */
  readonly set: Readonly<Record<string, string>>
  /** Of `isolation.secrets`. */
  readonly secrets: readonly string[]
}

/** For a repository whose pushes go to `remote`. */
export function pushKeys(push: Push, remote: string | undefined): PushKeys {
  switch (push.by) {
    case 'nothing':
      return { pass: [], set: {}, secrets: [] }
    case 'token':
      return { pass: [push.variable], set: tokenSettings(push.variable, hostOf(remote ?? '')), secrets: [] }
    case 'key': {
      const hosts = join(dirname(push.path), 'known_hosts')
      const ssh = ['ssh', '-i', push.path, '-o', 'IdentitiesOnly=yes', '-o', `UserKnownHostsFile=${hosts}`]
      return {
        pass: [],
        set: { GIT_SSH_COMMAND: `${ssh.map((word) => quote(word)).join(' ')} -o BatchMode=yes` },
        secrets: [push.path, hosts],
      }
    }
  }
}

/** git asks a helper, which answers with the variable; the token itself stands nowhere. */
function tokenSettings(variable: string, host: string | undefined): Record<string, string> {
  const server = `https://${host ?? 'github.com'}`
  const settings = [
    [
      `credential.${server}.helper`,
      `!f() { echo username=x-access-token; echo "password=$${variable}"; }; f`,
    ],
    [`url.${server}/.insteadOf`, `git@${host ?? 'github.com'}:`],
    [`url.${server}/.insteadOf`, `ssh://git@${host ?? 'github.com'}/`],
  ]
  const pairs = settings.flatMap(([key = '', value = ''], index) => [
    [`GIT_CONFIG_KEY_${index}`, key],
    [`GIT_CONFIG_VALUE_${index}`, value],
  ])
  return { GIT_CONFIG_COUNT: String(settings.length), ...Object.fromEntries(pairs) }
}

/** The server of `https://host/…`, `ssh://git@host/…` and `git@host:…`; undefined for a folder of this machine. */
export function hostOf(remote: string): string | undefined {
  const url = /^(?:https?|ssh):\/\/(?:[^@/]+@)?([^/:]+(?::\d+)?)\//.exec(remote)?.[1]
  return url ?? /^[^@/\s]+@([^:/\s]+):/.exec(remote)?.[1]
}
