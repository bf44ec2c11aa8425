/** What opencode makes of a role: an agent with permissions. */
import { toolsOf, type Tools } from '../capabilities.ts'
import type { LinkedRole } from '../role.ts'
import { withFrontMatter } from './with-front-matter.ts'
import { modelOf } from './model.ts'
import type { CastTarget, TargetSettings } from './target.ts'

type Action = 'allow' | 'ask' | 'deny'
type Rules = Record<string, Action | Record<string, Action>>

/** The fields of an agent of opencode, without its prompt. */
export interface OpencodeAgent {
  readonly description: string
  readonly mode: LinkedRole['mode']
  readonly model: string | undefined
  readonly temperature: number
  /** The last rule that fits counts. */
  readonly permission: Readonly<Rules>
}

export const opencode: CastTarget = {
  name: 'opencode',
  folder: '.opencode/agents',
  extension: 'md',
  nameLayout: (layout) => layout,
  cast: (role, settings, names) => withFrontMatter({ ...opencodeAgent(role, settings, names) }, role.prompt),
}

/** `names`: the name of every role that it may call, by id. */
export function opencodeAgent(
  role: LinkedRole,
  settings: TargetSettings,
  names: ReadonlyMap<string, string>,
): OpencodeAgent {
  const { description, mode, skills } = role
  const callees = role.delegates.flatMap((id) => names.get(id) ?? [])
  const permission = permissionOf(toolsOf(role.capabilities, settings.capabilityMap))
  permission['task'] = onlyThese(callees)
  if (skills.length > 0) permission['skill'] = onlyThese(skills)
  if (mode === 'primary') permission['question'] = 'allow'
  return {
    description,
    mode,
    model: modelOf(role.tier, settings),
    temperature: role.temperature ?? (mode === 'primary' ? 0.2 : 0.1),
    permission,
  }
}

function permissionOf({ ids, bash, fullAccess }: Tools): Rules {
  const rules: Rules = { '*': fullAccess ? 'allow' : 'deny' }
  for (const tool of ids) Object.assign(rules, rulesFor(tool))
  if (bash.kind !== 'none') rules['bash'] = bash.kind === 'all' ? 'allow' : onlyThese(bash.patterns)
  // What opencode itself asks about: a rule for everything would answer it.
  rules['external_directory'] ??= fullAccess ? 'allow' : 'ask'
  return rules
}

function rulesFor(tool: string): Rules {
  switch (tool) {
    case 'bash':
    case 'task':
      return {}
    case 'write':
    case 'edit':
      return { edit: 'allow' } // One permission for all tools that change files.
    case 'read':
      return { read: readable }
    default:
      // A tool of opencode, or a server whose tools have its name in front.
      return own.includes(tool) || tool.includes('*')
        ? { [tool]: 'allow' }
        : { [tool]: 'allow', [`${tool}_*`]: 'allow' }
  }
}

// As opencode has it when nobody says anything: files of this name hold secrets.
const readable: Record<string, Action> = {
  '*': 'allow',
  '*.env': 'ask',
  '*.env.*': 'ask',
  '*.env.example': 'allow',
}

const own: readonly string[] = [
  'glob',
  'grep',
  'list',
  'webfetch',
  'websearch',
  'codesearch',
  'todowrite',
  'question',
  'lsp',
  'skill',
  'external_directory',
]

function onlyThese(patterns: readonly string[]): Action | Record<string, Action> {
  if (patterns.length === 0) return 'deny'
  return Object.fromEntries([['*', 'deny'] as const, ...patterns.map((one) => [one, 'allow'] as const)])
}
