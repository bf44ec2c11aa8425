/** Owns the words of the attempts to get out: what can be done, to what, and the sentence that they make together. */

/** Everything that the simulated agent can try, as the end of a sentence "a run could …" in which {} is what it is done to. */
export const techniques = {
  read: 'read {}',
  write: 'write to {}',
  truncate: 'empty {}',
  replace: 'put another file in the place of {}',
  rename: 'rename {}',
  unlink: 'remove {}',
  chmod: 'change the mode of {}',
  'set-user': 'make {} work with its rights, whoever starts it',
  'hard-link': 'link {} into its workspace and write there',
  'write-by-link': 'write through a symbolic link to {}',
  create: 'create a file in {}',
  'move-away': 'move {} away',
  remount: 'remount {} as writable',
  unmount: 'unmount what hides {}',
  bind: 'mount {} elsewhere',
  device: 'make a device for {}',
  namespace: 'get capabilities in {}',
  chroot: 'take {} for the root',
  'open-read': 'open {} for reading',
  'open-write': 'open {} for writing',
  'read-environment': 'read the environment of {}',
  'read-memory': 'read the memory of {}',
  'read-root': 'read files through {}',
  signal: 'end {}',
  connect: 'connect to {}',
  'connect-abstract': 'connect to {}',
  'connect-tcp': 'connect to {}',
  'shared-memory': 'see {}',
  'message-queue': 'see {}',
  keyring: 'read {}',
  terminal: 'write to {}',
  descriptor: 'use {}',
  'reopen-stdin': 'write to {}',
  variable: 'see the variable {}',
} as const

export type Technique = keyof typeof techniques

/** Whether it is the name of a technique. */
export function isTechnique(name: string): name is Technique {
  return Object.hasOwn(techniques, name)
}

/** The end of the sentence "a run could …". `subject` is the name of a place, a process or a file. */
export function sentenceOf(technique: Technique, subject: string): string {
  return techniques[technique].replace('{}', told(subject))
}

/** Names as they stand in sentences. */
const subjects: Readonly<Record<string, string>> = {
  core: 'the core',
  layer: "the operator's layer",
  state: 'the state_dir',
  'other-workspace': "another agent's workspace",
  home: 'the home',
  settings: 'the settings that an agent CLI obeys',
  'inner-folder': 'a read-only folder in its workspace',
  'prompt-of-another-run': 'the prompt of another run',
  'token-of-another-run': 'the token of another run',
  'own-program': 'a program of its own',
  disk: 'a disk',
  'user-namespace': 'a user namespace of its own',
  chroot: 'a folder of its own',
  'process-outside': 'a process outside',
  'operator-door': "the operator's door",
  'tmux-server': 'the tmux server',
  'loopback-port': 'a port of this machine',
  'abstract-socket': 'an abstract socket',
  'shared-memory-outside': 'shared memory of another program',
  'message-queue-outside': 'a message queue of another program',
  keyring: "the keyring of the daemon's session",
  terminal: "the operator's terminal",
  'open-files': 'a file that the daemon holds open',
  stdin: 'the file that is its stdin',
}

function told(subject: string): string {
  const [, kind, folder] = /^(socket|file)-in-(.*)$/.exec(subject) ?? []
  return subjects[subject] ?? (kind === undefined ? subject : `a ${kind} in ${folder}`)
}
