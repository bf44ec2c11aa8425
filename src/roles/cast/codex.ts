/** What codex makes of a role: an agent in a file of settings. */
import { stringify } from 'smol-toml'
import { toolsOf } from '../capabilities.ts'
import { modelOf } from './model.ts'
import type { CastTarget } from './target.ts'

export const codex: CastTarget = {
  name: 'codex',
  folder: '.codex/agents',
  extension: 'toml',
  nameLayout: (layout) => (layout === 'preserve' ? 'flatten' : layout),
  cast: (role, settings, names) => {
    const { ids, bash } = toolsOf(role.capabilities, settings.capabilityMap)
    const writes = bash.kind === 'all' || ids.includes('write') || ids.includes('edit')
    const model = modelOf(role.tier, settings)
    return stringify({
      name: names.get(role.id) ?? role.name,
      description: role.description || role.name,
      ...(model === undefined ? {} : { model }),
      // Codex has no list of tools: who may not write, may not by its sandbox.
      ...(writes ? {} : { sandbox_mode: 'read-only' }),
      // Whom it may call cannot be said there, so it calls nobody.
      agents: { enabled: false },
      developer_instructions: role.prompt,
    })
  },
}
