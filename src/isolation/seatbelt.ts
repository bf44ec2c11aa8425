/**
 * The wall on macOS: the words that start a command behind `sandbox-exec`, and the profile they carry. Not yet run on
 * macOS. Such profiles do not nest: a CLI's own sandbox does not start inside.
 */
import { basename, dirname } from 'node:path'
import { isInside } from '../config/paths.ts'
import { ruleOf, type Policy, type Rule } from './policy.ts'
import { deviceLines, heading, machineLines, NAME_SERVICE } from './seatbelt-machine.ts'

export interface SeatbeltRequest {
  /** The path of `sandbox-exec`. */
  readonly program: string
  readonly policy: Policy
  readonly words: readonly string[]
  /** An existing folder of this run alone, which TMPDIR names: `/tmp` cannot be private here. Without links. */
  readonly temporary: string
  /** The operator's own login files, shared as they lie: nothing can be shown at another place. */
  readonly logins: readonly string[]
  /** What the operator's CLI obeys: not written even where nothing is there yet. */
  readonly obeyed: readonly string[]
  /** The sockets that it may reach outside of what it may write: the agents' door. */
  readonly sockets: readonly string[]
}

/** A profile names no path: each is a value that is handed over beside it, and so can never be read as a rule. */
export interface Profile {
  readonly text: string
  /** By the name under which the text asks for it. */
  readonly values: ReadonlyMap<string, string>
}

/** The words to start instead of `words`. The folder to start in is that of whoever starts them. */
export function seatbeltWords(request: SeatbeltRequest): string[] {
  const { text, values } = seatbeltProfile(request)
  const given = [...values].flatMap(([name, value]) => ['-D', `${name}=${value}`])
  return [request.program, '-p', text, ...given, '--', ...request.words]
}

/** The last rule that matches wins, so rules about deeper paths come later, as in the policy. */
export function seatbeltProfile(request: SeatbeltRequest): Profile {
  const { policy, logins, sockets } = request
  const rules = rulesHere(request)
  const values = new Map<string, string>()
  const at = (path: string) => parameterFor(path, values)
  const [root, ...below] = rules
  const text = [
    ...machineLines({ network: policy.network, keychain: hasKeychain(logins) }),
    ...heading('Files, from the root down.'),
    ...(root === undefined ? [] : ruleLines(root, at)),
    ...deviceLines,
    ...below.flatMap((rule) => [...remark(rule.why), ...ruleLines(rule, at)]),
    ...logins.flatMap((path) => besideLines(path, at)),
    ...heading('The folders on the way to what can be seen exist; what else is in them is not told.'),
    ...waysTo(policy, rules).map(
      (path) => `(allow file-read-metadata file-test-existence (literal ${at(path)}))`,
    ),
    ...heading('What holds a rule stays where it is, and is not copied as a whole.'),
    ...anchors(rules).map((path) => `(deny file-write-unlink (literal ${at(path)}))`),
    ...ancestorsOf(rules, 'hidden').map((path) => `(deny file-clone (literal ${at(path)}))`),
    '(deny file-write-setugid (subpath "/"))',
    ...heading('Sockets that are meant for it.'),
    ...[...sockets, ...(policy.network ? [NAME_SERVICE] : [])].map(
      (path) => `(allow network-outbound (remote unix-socket (path-literal ${at(path)})))`,
    ),
  ].join('\n')
  return { text: `${text}\n`, values }
}

/** What of the policy the profile cannot bring about. Each phrase reads after "isolated, but ". */
export function notInForce({ policy, logins }: Pick<SeatbeltRequest, 'policy' | 'logins'>): string[] {
  const shared = policy.rules.filter(({ kind, from }) => kind !== 'link' && from !== undefined)
  return [
    'it can see which other processes run, and may see their words and environments',
    'shared memory and semaphores are those of the whole machine',
    'it can learn the names of files that change anywhere (com.apple.FSEvents)',
    '/tmp and the home are closed to it, not empty and its own: a program that must write there fails',
    'processes that leave their group and clear their environment are not found when a run is ended',
    ...shared.map(({ path }) => `${path} is the operator's own and not the agent's`),
    ...(logins.length > 0 ? ["it writes the operator's own login files"] : []),
    ...(hasKeychain(logins)
      ? ['it can ask the Keychain for everything that /usr/bin/security may have, not only for its login']
      : []),
  ]
}

/** The rules as far as they can hold where every path shows what lies there. From the root down. */
function rulesHere({ policy, temporary, logins, obeyed }: SeatbeltRequest): Rule[] {
  // What a link leads to has a rule of its own.
  const shown = policy.rules
    .filter(({ kind }) => kind !== 'link')
    .map((rule) => ({ ...rule, from: undefined }))
  const ruled = new Set(shown.map(({ path }) => path))
  const rest = { from: undefined, closed: false } as const
  const added: Rule[] = [
    ...logins.map((path): Rule => {
      const kind = hasKeychain([path]) ? 'folder' : 'file'
      return { path, access: 'read-write', kind, why: "the operator's login of the CLI", ...rest }
    }),
    ...obeyed
      .filter((path) => !ruled.has(path) && ruleOf(path, shown)?.access === 'read-write')
      .map((path): Rule => ({
        path,
        access: 'read-only',
        kind: 'folder',
        why: 'what the CLI would obey',
        ...rest,
      })),
    { path: temporary, access: 'read-write', kind: 'folder', why: 'TMPDIR: private', ...rest },
  ]
  return [...shown, ...added].toSorted((a, b) => depth(a) - depth(b)) // Of two about one path the added one is later.
}

function depth({ path }: Rule): number {
  return path === '/' ? 0 : path.split('/').length - 1
}

/** A reason that names a path stays out of the profile: a remark ends with its line, and what follows would be a rule. */
function remark(why: string): string[] {
  return /^[A-Za-z0-9_ ,.:;()'-]+$/.test(why) ? [`; ${why}`] : []
}

/** What reading means here. [A] [M] */
const reading = 'file-read* file-test-existence file-map-executable process-exec*'

/** A hard link to a file that may only be read would be a second name for it, one that may be written: `file-link`. */
const writing = 'file-write* file-link'

function ruleLines({ path, access, kind }: Rule, at: (path: string) => string): string[] {
  const place = at(path)
  // A folder that is not there yet may become a file.
  const filters = kind === 'file' ? `(literal ${place})` : `(literal ${place}) (subpath ${place})`
  const socket = kind === 'file' ? `(literal ${place})` : `(subpath ${place})`
  const verb = access === 'read-write' ? 'allow' : 'deny'
  return [
    `(${access === 'hidden' ? 'deny' : 'allow'} ${reading} ${filters})`,
    `(${verb} ${writing} ${filters})`,
    // One filter each: of several in a rule about sockets only one counts.
    `(${verb} network-outbound (remote unix-socket ${socket}))`,
    `(${verb} network-bind (local unix-socket ${socket}))`,
  ]
}

/** A CLI replaces its login by a file beside it, and keeps its locks there: all with its name in theirs. */
function besideLines(path: string, at: (path: string) => string): string[] {
  const [stem] = /^[A-Za-z0-9_-]+/.exec(basename(path).replace(/^\./, '')) ?? []
  if (stem === undefined || hasKeychain([path])) return []
  const pattern = `(regex (string-append "^" (regex-quote ${at(dirname(path))}) "/[.]?${stem}[.-][^/]*$"))`
  return [`(allow ${reading} ${writing} ${pattern})`]
}

function hasKeychain(logins: readonly string[]): boolean {
  return logins.some((path) => /\/Library\/Keychains(?:\/|$)/.test(path))
}

/** Hidden folders that something visible lies in, and links on the way to it: programs ask for each step of a path. */
function waysTo({ rules: wished }: Policy, rules: readonly Rule[]): string[] {
  const links = wished.filter(({ kind }) => kind === 'link').map(({ path }) => path)
  const visible = rules.filter(({ access }) => access !== 'hidden').map(({ path }) => path)
  const ways = new Set([...[...links, ...visible].flatMap(ancestors), ...links])
  return [...ways].filter((path) => ruleOf(path, rules)?.access === 'hidden').toSorted()
}

/** Folders that may be written, and those in them that hold what may not: moved away, their rules would stay behind. */
function anchors(rules: readonly Rule[]): string[] {
  const writable = rules.filter(({ access, kind }) => access === 'read-write' && kind === 'folder')
  const held = rules
    .filter(({ access }) => access !== 'read-write')
    .flatMap(({ path }) => ancestors(path))
    .filter((path) => writable.some((rule) => isInside(path, rule.path)))
  return [...new Set([...writable.map(({ path }) => path), ...held])].toSorted()
}

function ancestorsOf(rules: readonly Rule[], access: Rule['access']): string[] {
  const found = rules.filter((rule) => rule.access === access).flatMap(({ path }) => ancestors(path))
  return [...new Set(found)].toSorted()
}

/** The folders above a path, without the root. */
function ancestors(path: string): string[] {
  const above = dirname(path)
  return above === '/' ? [] : [...ancestors(above), above]
}

function parameterFor(path: string, values: Map<string, string>): string {
  const known = [...values].find(([, value]) => value === path)?.[0]
  const name = known ?? `P${values.size}`
  values.set(name, path)
  return `(param "${name}")`
}
