/** The ways out that are tried before a wall is trusted, as data: what the simulated agent does, to what, and what would prove it. */
import { join } from 'node:path'
import { sentenceOf, type Technique } from './techniques.ts'

/** The variable in which a process outside holds the secret that no run may read. */
export const SECRET_VARIABLE = 'MARROW_TEST_SECRET'

/** What, seen from outside, tells that an attempt was no failure. */
export type Proof =
  /** The file or folder at this path is not as it was. */
  | { readonly by: 'change'; readonly of: string }
  /** There is something at this path. */
  | { readonly by: 'presence'; readonly of: string }
  /** It says this text, which is nowhere but behind the wall's back. */
  | { readonly by: 'secret'; readonly text: string }
  /** The listener of this name was reached. */
  | { readonly by: 'visit'; readonly to: string }
  /** The process is gone. */
  | { readonly by: 'death'; readonly of: number }
  /** It says so: what it got leaves no trace outside. */
  | { readonly by: 'word' }

/** One attempt to get out. */
export interface Attempt {
  /** Unique: `write core`. */
  readonly name: string
  /** The end of the sentence "a run could …". */
  readonly what: string
  readonly does: Technique
  /** What it is done to: a path, a pid, a port; no spaces. */
  readonly target: string
  readonly proof: Proof
  /**
   * Who gets out where there is no wall. `some`: the machine may have other means against it; `nobody`: the way in which
   * runs are started prevents it already.
   */
  readonly open: 'everybody' | 'root' | 'some' | 'nobody'
}

/** A place of the fixture that no run may change, and its name in sentences. */
interface GuardedPlace {
  readonly name: string
  readonly folder: string
  readonly readable: boolean
}

/** Where the fixture of a test is. Every path is absolute and lies below `folder`. */
export interface Places {
  readonly folder: string
  readonly core: string
  /** The folder of marrow.toml. */
  readonly layer: string
  readonly state: string
  readonly workspace: string
  readonly otherWorkspace: string
  readonly home: string
  /** What an agent CLI obeys, in the home. */
  readonly settings: string
  /** A folder in the workspace that holds the folder `inner`, which may not be written. */
  readonly outer: string
}

/** The places below the folder of a test. */
export function placesIn(folder: string): Places {
  const below = (path: string) => join(folder, path)
  return {
    folder,
    core: below('core'),
    layer: below('conf'),
    state: below('state'),
    workspace: below('ws'),
    otherWorkspace: below('ws-2'),
    home: below('home'),
    settings: below('home/.cli/settings'),
    outer: below('ws/outer'),
  }
}

const fileTechniques = [
  'write',
  'truncate',
  'replace',
  'rename',
  'unlink',
  'chmod',
  'hard-link',
  'write-by-link',
] as const

/** Files of a home that hold secrets or are executed, one of each kind of tool. */
const homeFiles = [
  '.ssh/id_ed25519',
  '.aws/credentials',
  '.config/gh/hosts.yml',
  '.netrc',
  '.git-credentials',
]

/** The attempts on files of a fixture, in an order in which none spoils a later one. */
export function fileAttempts(places: Places, secret: string): Attempt[] {
  const { core, layer, state, otherWorkspace, home, settings, outer } = places
  const guarded: readonly GuardedPlace[] = [
    { name: 'core', folder: core, readable: true },
    { name: 'layer', folder: join(layer, 'roles'), readable: true },
    { name: 'state', folder: state, readable: false },
    { name: 'other-workspace', folder: otherWorkspace, readable: false },
    { name: 'home', folder: home, readable: false },
    { name: 'settings', folder: settings, readable: true },
  ]
  const reading = (name: string, path: string): Attempt =>
    attempt('read', name, path, { by: 'secret', text: secret })
  return [
    ...guarded.flatMap((place) => attemptsOn(place, secret)),
    changing('write', 'marrow.toml', join(layer, 'marrow.toml')),
    changing('replace', 'rules.md', join(layer, 'rules.md')),
    changing('write', '~/.bashrc', join(home, '.bashrc')),
    ...homeFiles.map((path) => reading(`~/${path}`, join(home, path))),
    reading('prompt-of-another-run', join(state, 'runs', 'other', 'prompt')),
    reading('token-of-another-run', join(state, 'runs', 'other', 'token')),
    changing('write', 'inner-folder', join(outer, 'inner', 'write')),
    attempt('move-away', 'inner-folder', outer, { by: 'word' }),
    attempt('move-away', 'core', core, { by: 'word' }),
    attempt('move-away', 'state', state, { by: 'word' }),
  ]
}

/** Every file of `fileAttempts`, which the fixture must hold. */
export function fixtureFiles(attempts: readonly Attempt[]): string[] {
  const files = attempts.flatMap(({ does, target, proof }) => {
    const plain = proof.by === 'change' || (proof.by === 'secret' && does === 'read')
    return plain ? [target] : []
  })
  return [...new Set(files)]
}

/** The attempts on what a system without a mount is built of. `target` of each is a place of the fixture. */
export function mountAttempts({ core, state, workspace }: Places): Attempt[] {
  const word = { by: 'word' } as const
  const asRoot = (does: Technique, name: string, target: string) => attempt(does, name, target, word, 'root')
  return [
    asRoot('remount', 'core', core),
    asRoot('unmount', 'state', state),
    asRoot('bind', 'core', core),
    asRoot('device', 'disk', workspace),
    attempt('namespace', 'user-namespace', workspace, word),
    asRoot('chroot', 'chroot', workspace),
  ]
}

/** A file of its workspace, which it may change in every way but one. */
export function ownFileAttempt({ workspace }: Places): Attempt {
  return changing('set-user', 'own-program', join(workspace, 'set-user'))
}

/** Files of the kernel and the machine, those that are there: they are opened and closed, never read or written. */
export function machineAttempts(exists: (path: string) => boolean): Attempt[] {
  const writable = [
    '/proc/sys/kernel/core_pattern',
    '/proc/sys/kernel/modprobe',
    '/proc/sysrq-trigger',
    '/sys/kernel/uevent_helper',
    '/sys/fs/cgroup/cgroup.procs',
    '/sys/fs/cgroup/pids/release_agent',
    '/sys/fs/cgroup/memory/release_agent',
    '/sys/fs/cgroup/unified/cgroup.procs',
  ]
  const readable = ['/etc/shadow', '/dev/mem', '/dev/kmsg', '/dev/loop0', '/dev/sda', '/dev/vda', '/dev/kvm']
  return [
    ...writable.filter(exists).map((path) => attempt('open-write', path, path, { by: 'word' }, 'some')),
    ...readable.filter(exists).map((path) => attempt('open-read', path, path, { by: 'word' }, 'some')),
  ]
}

/** A process outside that holds the secret in its environment; `file` is one that only the outside sees. */
export function processAttempts(pid: number, file: string, secret: string): Attempt[] {
  const proof = { by: 'secret', text: secret } as const
  return [
    attempt('read-environment', 'process-outside', String(pid), proof),
    attempt('read-memory', 'process-outside', String(pid), proof),
    attempt('read-root', 'process-outside', `${pid}:${file}`, proof),
    attempt('signal', 'process-outside', String(pid), { by: 'death', of: pid }),
  ]
}

/** A listener outside. */
export function socketAttempt(
  does: 'connect' | 'connect-abstract' | 'connect-tcp',
  name: string,
  target: string,
) {
  return attempt(does, name, target, { by: 'visit', to: target })
}

/** A file outside that somebody else keeps in a folder for everybody. */
export function publicFileAttempt(name: string, path: string, secret: string): Attempt {
  return attempt('read', name, path, { by: 'secret', text: secret })
}

/** Something of System V outside, by its number. */
export function ipcAttempt(does: 'shared-memory' | 'message-queue', id: string): Attempt {
  return attempt(does, `${does}-outside`, id, { by: 'word' })
}

/** A key in the keyring of the session, by its description. */
export function keyringAttempt(description: string, secret: string): Attempt {
  return attempt('keyring', 'keyring', description, { by: 'secret', text: secret })
}

/** What no run gets handed down, with a wall or without. `held` is a file that whoever starts the run has open. */
export function inheritanceAttempts(held: string, variables: readonly string[]): Attempt[] {
  const word = { by: 'word' } as const
  return [
    attempt('terminal', 'terminal', '/dev/tty', word, 'nobody'),
    attempt('descriptor', 'open-files', held, word, 'nobody'),
    attempt('reopen-stdin', 'stdin', '/proc/self/fd/0', word, 'nobody'),
    ...variables.map((name) => attempt('variable', name, name, word, 'nobody')),
  ]
}

/** Variables that lead to sockets of the operator's. */
export const leadingVariables = [
  'NOTIFY_SOCKET',
  'SSH_AUTH_SOCK',
  'GPG_AGENT_INFO',
  'DBUS_SESSION_BUS_ADDRESS',
  'DOCKER_HOST',
  'XDG_RUNTIME_DIR',
  'TMUX',
] as const

/** The line of a script that makes the simulated agent try it. */
export function scriptLine({ does, target }: Pick<Attempt, 'does' | 'target'>): string {
  return `attempt ${does}:${target}`
}

function attemptsOn({ name, folder, readable }: GuardedPlace, secret: string): Attempt[] {
  const reading = attempt('read', name, join(folder, 'read'), { by: 'secret', text: secret })
  return [
    ...(readable ? [] : [reading]),
    ...fileTechniques.map((does) => changing(does, name, join(folder, does))),
    attempt('create', name, folder, { by: 'presence', of: join(folder, 'planted') }),
  ]
}

function changing(does: Technique, name: string, path: string): Attempt {
  return attempt(does, name, path, { by: 'change', of: path })
}

function attempt(
  does: Technique,
  subject: string,
  target: string,
  proof: Proof,
  open: Attempt['open'] = 'everybody',
): Attempt {
  return {
    name: `${does} ${subject}`,
    what: sentenceOf(does, subject),
    does,
    target,
    proof,
    open,
  }
}
