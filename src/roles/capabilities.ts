/**
 * What a role's words mean: the tools of one target, how far its shell goes, and whom it may hand work to. The tools
 * are those of role-forge's format; each target has its own names for them.
 */
import type { Capability } from './role.ts'

/** By word: tool ids, and whether they are on. */
export type CapabilityMap = Readonly<Record<string, Readonly<Record<string, boolean>>>>

/** How far the tool `bash` goes. */
export type BashRight =
  | { readonly kind: 'none' }
  | { readonly kind: 'all' }
  /** Only commands that match one of them; never empty. */
  | { readonly kind: 'patterns'; readonly patterns: readonly string[] }

/** What a role may use. */
export interface Tools {
  /** In the order of the file, none twice. `bash` and `task` are among them where the role has them. */
  readonly ids: readonly string[]
  readonly bash: BashRight
  /** It has `all`, and nothing that narrows it. */
  readonly fullAccess: boolean
  /** References, as they are written, none twice. */
  readonly delegates: readonly string[]
}

const read = ['read', 'glob', 'grep']
const write = ['write', 'edit']
const web = ['webfetch', 'websearch']
const basic = [...read, ...write, ...web]

const groups: ReadonlyMap<string, readonly string[]> = new Map([
  ['basic', basic],
  ['read', read],
  ['write', write],
  ['web-access', web],
  ['delegate', ['task']],
  ['all', [...basic, 'bash', 'task']],
  ['bash', ['bash']],
  ['safe-bash', ['bash']],
])

/** The commands of `safe-bash`. */
const safePatterns: readonly string[] = [
  ...'echo printf wc sort uniq head tail cut tr diff'.split(' ').map((name) => `${name}*`),
  'pwd',
  ...'basename dirname date uname'.split(' ').map((name) => `${name}*`),
  'whoami',
  'which*',
  ...'log diff status branch show rev-parse remote'.split(' ').map((verb) => `git ${verb}*`),
]

/**
 * The tools of a target with this map. Patterns win over every wider word, whatever their order and the target: who
 * writes a limit means it.
 */
export function toolsOf(capabilities: readonly Capability[], map: CapabilityMap): Tools {
  const ids = new Set(capabilities.flatMap((capability) => idsOf(capability, map)))
  const limits = capabilities.flatMap((capability) => limitOf(capability))
  const patterns = [...new Set(limits.flat())]
  const isLimited = limits.length > 0
  if (isLimited && patterns.length === 0) ids.delete('bash')
  return {
    ids: [...ids],
    bash: !ids.has('bash') ? { kind: 'none' } : isLimited ? { kind: 'patterns', patterns } : { kind: 'all' },
    fullAccess: !isLimited && capabilities.some((one) => one.kind === 'word' && one.word === 'all'),
    delegates: delegatesOf(capabilities),
  }
}

/** The references of all `delegate` entries, none twice. */
function delegatesOf(capabilities: readonly Capability[]): string[] {
  return [...new Set(capabilities.flatMap((one) => (one.kind === 'delegate' ? one.roles : [])))]
}

function idsOf(capability: Capability, map: CapabilityMap): readonly string[] {
  switch (capability.kind) {
    case 'bash':
      return ['bash']
    case 'delegate':
      return ['task']
    case 'word':
      return groups.get(capability.word) ?? mapped(capability.word, map) ?? [capability.word]
  }
}

function mapped(word: string, map: CapabilityMap): string[] | undefined {
  const tools = Object.hasOwn(map, word) ? map[word] : undefined
  return tools && Object.entries(tools).flatMap(([id, isOn]) => (isOn ? [id] : []))
}

/** The patterns that an entry limits the shell to; none for one that sets no limit. */
function limitOf(capability: Capability): (readonly string[])[] {
  if (capability.kind === 'bash') return [capability.patterns]
  return capability.kind === 'word' && capability.word === 'safe-bash' ? [safePatterns] : []
}
