/** What Claude Code makes of a role: an agent with a list of tools. */
import { toolsOf, type BashRight } from '../capabilities.ts'
import type { LinkedRole } from '../role.ts'
import { withFrontMatter } from './with-front-matter.ts'
import { modelOf } from './model.ts'
import type { CastTarget, TargetSettings } from './target.ts'

/** The fields of an agent of Claude Code, without its prompt. */
export interface ClaudeAgent {
  readonly description: string
  /** All that it has: what is not named, it is not offered. */
  readonly tools: readonly string[]
  readonly model: string | undefined
  readonly skills: readonly string[] | undefined
}

export const claude: CastTarget = {
  name: 'claude',
  folder: '.claude/agents',
  extension: 'md',
  // A name is one word there, wherever the file lies.
  nameLayout: (layout) => (layout === 'preserve' ? 'flatten' : layout),
  cast: (role, settings, names) =>
    withFrontMatter({ name: names.get(role.id), ...claudeAgent(role, settings, names) }, role.prompt),
}

/** `names`: the name of every role that it may call, by id. */
export function claudeAgent(
  role: LinkedRole,
  settings: TargetSettings,
  names: ReadonlyMap<string, string>,
): ClaudeAgent {
  const { ids, bash } = toolsOf(role.capabilities, settings.capabilityMap)
  const plain = ids.filter((tool) => tool !== 'bash' && tool !== 'task')
  const commands = commandsOf(bash)
  const callees = role.delegates.flatMap((id) => names.get(id) ?? [])
  return {
    // Without one Claude Code leaves the agent out.
    description: role.description || role.name,
    tools: [...plain.map(toolName), ...commands, ...callees.map((name) => `Task(${name})`)].toSorted(),
    model: modelOf(role.tier, settings),
    skills: role.skills.length === 0 ? undefined : role.skills,
  }
}

function commandsOf(bash: BashRight): string[] {
  switch (bash.kind) {
    case 'none':
      return []
    case 'all':
      return ['Bash']
    case 'patterns':
      return bash.patterns.map((one) => `Bash(${one})`)
  }
}

/** As Claude Code writes it; what it does not know stays as it is written. */
function toolName(tool: string): string {
  return Object.hasOwn(toolNames, tool) ? (toolNames[tool] ?? tool) : tool
}

const toolNames: Readonly<Record<string, string>> = {
  read: 'Read',
  glob: 'Glob',
  grep: 'Grep',
  write: 'Write',
  edit: 'Edit',
  webfetch: 'WebFetch',
  websearch: 'WebSearch',
}
