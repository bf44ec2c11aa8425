/**
 * What the wall on macOS leaves of the machine itself: devices, services, other processes. Nothing of it has been run on
 * macOS yet. Operations are marked with where they are documented: [A] Apple's own profiles in
 * /System/Library/Sandbox/Profiles, [G] the Apple Sandbox Guide 1.0 of reverse.put.as, [M] measured and reported by
 * others who ship such profiles (Codex, Claude Code's sandbox-runtime, agent-safehouse, mxc).
 */

export interface MachineRequest {
  readonly network: boolean
  /** Whether the login of the agent CLI lies in the Keychain. */
  readonly keychain: boolean
}

/** The lines of a profile that are the same for all paths. They come first: the last rule that matches wins. */
export function machineLines({ network, keychain }: MachineRequest): string[] {
  return [
    '(version 1)',
    '(allow default)',
    ...heading('Other processes are neither signalled nor looked into.'),
    ...['signal', 'process-info*'].flatMap(onlyWithin), // [A] [M]
    '(deny mach-priv-task-port)', // [A] [G]
    '(allow mach-priv-task-port (target same-sandbox))', // [M]
    '(deny mach-task-read)', // [M]
    '(deny mach-task-inspect)', // [M]
    ...heading(
      'Nobody else is made to do what a run may not: a program that launchd starts is behind no wall.',
    ),
    '(deny job-creation)', // [A]
    '(deny lsopen)', // [A]
    '(deny appleevent-send)', // [A] [G]
    '(deny user-preference-write)', // [A]: preferences name programs to start, and are written by a service.
    '(deny authorization-right-obtain)', // [A]
    '(deny file-mount file-unmount)', // [M]
    '(deny sysctl-write)', // [G]
    '(deny mach-register)', // [A] [G]
    '(deny mach-lookup)', // [A] [G]
    ...named('mach-lookup', [
      ...services,
      ...(network ? networkServices : []),
      ...(keychain ? keychainServices : []),
    ]),
    ...heading('The network.'),
    ...(network ? [] : ['(deny network*)', '(deny system-socket)']), // [G], [A]
    '(allow system-socket (socket-domain AF_UNIX))', // [M]
    '(deny network-outbound (remote unix-socket))', // [A]: path sockets are network, not files [M].
    '(deny network-bind (local unix-socket))', // [M]
  ]
}

/** The devices that programs need; the others, disks and the terminals of others among them, are closed. */
export const deviceLines = [
  ...heading('Devices.'),
  '(deny file-read-data file-write* (subpath "/dev"))',
  '(allow file-read-data (literal "/dev"))',
  '(allow file-read* file-write* file-ioctl',
  ...['null', 'zero', 'random', 'urandom', 'tty', 'ptmx', 'stdin', 'stdout', 'stderr', 'dtracehelper'].map(
    (name) => `  (literal "/dev/${name}")`,
  ),
  '  (regex #"^/dev/fd/[0-9]+$"))',
  // A terminal that the run itself made. [A] [M]
  '(allow pseudo-tty)',
  '(allow file-read* file-write* (require-all (regex #"^/dev/ttys[0-9]+$") (extension "com.apple.sandbox.pty")))',
] as const

/** Where the names of hosts are asked for; it lies in a hidden folder. [A] */
export const NAME_SERVICE = '/private/var/run/mDNSResponder'

/** What git, Node and Python ask for: names of users, logs, preferences, temporary folders, certificates, file changes. [M] */
const services = [
  'com.apple.system.opendirectoryd.libinfo',
  'com.apple.system.opendirectoryd.membership',
  'com.apple.system.notification_center',
  'com.apple.system.logger',
  'com.apple.logd',
  'com.apple.cfprefsd.daemon',
  'com.apple.cfprefsd.agent',
  'com.apple.bsd.dirhelper',
  'com.apple.PowerManagement.control',
  'com.apple.trustd',
  'com.apple.trustd.agent',
  'com.apple.FSEvents',
] as const

/** The names of hosts, and which networks there are. [M] */
const networkServices = [
  'com.apple.SystemConfiguration.configd',
  'com.apple.SystemConfiguration.DNSConfiguration',
  'com.apple.dnssd.service',
  'com.apple.networkd',
] as const

/** Without the first a CLI finds no login, and says that there is none. [M] */
const keychainServices = ['com.apple.SecurityServer', 'com.apple.securityd.xpc'] as const

function onlyWithin(operation: string): string[] {
  return [
    `(deny ${operation})`,
    `(allow ${operation} (target self))`,
    `(allow ${operation} (target same-sandbox))`,
  ]
}

function named(operation: string, names: readonly string[]): string[] {
  return [`(allow ${operation}`, ...names.map((name) => `  (global-name "${name}")`), ')']
}

/** A remark in the profile, for whoever reads it. */
export function heading(text: string): string[] {
  return ['', `; ${text}`]
}
