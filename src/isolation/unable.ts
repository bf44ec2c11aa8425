/** Why bubblewrap cannot put up a wall here, from what it said, and what to do about it. */

/** A clause that reads after "there is no isolation: ", and what mends it. */
export interface Inability {
  readonly reason: string
  readonly fix: string
}

interface Known {
  readonly said: RegExp
  readonly reason: string
  readonly fix: string
}

const namespacesFix =
  'Allow them: sysctl -w kernel.unprivileged_userns_clone=1 (Debian) or user.max_user_namespaces=15000. In a container: start it with --security-opt seccomp=unconfined, or isolate the container instead.'

/** What Ubuntu itself recommends for programs that build sandboxes: only the use of namespaces is let through. */
const profileCommand = String.raw`printf 'abi <abi/4.0>,\ninclude <tunables/global>\nprofile bwrap /usr/bin/bwrap flags=(unconfined) {\n  userns,\n}\n' > /etc/apparmor.d/bwrap && apparmor_parser -r /etc/apparmor.d/bwrap`

/** In the order in which they are looked for: the first that fits is the cause, the rest are its consequences. */
const known: readonly Known[] = [
  {
    said: /unknown option --(?:disable-userns|perms|size)/i,
    reason: 'this bubblewrap is older than 0.8.0',
    fix: 'Install bubblewrap 0.8.0 or newer.',
  },
  {
    said: /setting up uid map: Permission denied|loopback: Failed (?:RTM_NEWADDR|to)[^]*(?:Operation not permitted|Permission denied)/i,
    reason: 'AppArmor keeps bubblewrap from using user namespaces (as Ubuntu does since 24.04)',
    fix: `Give it a profile, as root: ${profileCommand}`,
  },
  {
    said: /No permissions to creat\w+ (?:a )?new namespace|Creating new namespace failed: (?:Operation not permitted|Permission denied)|clone: Operation not permitted|unshare[^\n]*: Operation not permitted/i,
    reason: 'unprivileged user namespaces are not allowed on this machine',
    fix: namespacesFix,
  },
  {
    said: /Creating new namespace failed|No space left on device[^\n]*namespace|namespace[^\n]*(?:No space left|Resource temporarily)/i,
    reason: 'the machine has no user namespaces left, or none at all',
    fix: namespacesFix,
  },
  {
    said: /Can't mount proc|mount(?:ing)? proc[^\n]*(?:Operation not permitted|Permission denied)/i,
    reason: 'a /proc of its own cannot be mounted here, as in containers that mask parts of theirs',
    fix: 'Start the container with --security-opt systempaths=unconfined, or isolate the container instead.',
  },
  {
    said: /setuid|bwrap: Unexpected capabilities/i,
    reason: 'bubblewrap was started with rights that it does not expect',
    fix: 'Start marrow without ambient capabilities, and let bwrap have no file capabilities (setcap -r).',
  },
  {
    said: /execvp [^\n]*: (?:No such file or directory|Permission denied)/i,
    reason: 'the program cannot be seen behind the wall',
    fix: "Put marrow and its Node where the daemon's user may read them, outside other people's homes; marrow isolation show AGENT lists what is seen.",
  },
  {
    said: /Can't (?:bind mount|create file|mkdir|find source path|make symlink|open|stat|remount)[^\n]*/i,
    reason: 'bubblewrap cannot let a path through',
    fix: "Look at the path: it must exist, and the daemon's user must reach it.",
  },
]

/** What kept a harmless command from running behind the wall. `stderr` is what bubblewrap or the command said. */
export function inabilityOf(stderr: string, exitCode: number): Inability {
  const found = known.find(({ said }) => said.test(stderr))
  const line = stderr.trim().split('\n').at(-1) ?? ''
  const saying = line === '' ? '' : `: ${line.slice(0, LINE_MAX)}`
  if (found !== undefined) return { reason: `${found.reason}${saying}`, fix: found.fix }
  return {
    reason: `a harmless command ended with code ${exitCode} behind the wall${saying}`,
    fix: 'Try it by hand: bwrap --unshare-user --ro-bind / / true',
  }
}

const LINE_MAX = 300

/**
 * What kept a command from being started behind the wall, from how it ended; undefined: it was started. A command that says
 * the same itself has failed all the same.
 */
export function notStarted(stderr: string, exitCode: number): string | undefined {
  const gone = /^\S*sh: (?:\d+: )?(?:exec: )?(\S*\/bwrap): not found/.exec(stderr)?.[1]
  if (gone !== undefined) return `the wall could not be put up: ${gone} is gone`
  const said = /^(?:bwrap|prlimit|setpriv): ([^\n]+)/.exec(stderr)?.[1]
  if (said === undefined || ![1, 126, 127].includes(exitCode)) return undefined
  const program = /^(?:execvp|failed to execute) (.+?): No such file/.exec(said)?.[1]
  if (program === undefined) return `the wall could not be put up: ${said.slice(0, LINE_MAX)}`
  return `not found behind the wall: ${program.slice(0, LINE_MAX)} (marrow isolation show lists what is seen there)`
}
