import { expect, test } from 'vitest'
import { agentConfig, usualDelegation } from '../../../test/helpers/agents.ts'
import { catalogueWith, customRole, linkedRole } from '../../../test/helpers/roles.ts'
import { childEntry } from './entry.ts'

test('a role that agents wrote is started by the command of its base, and by none that it could be called after', () => {
  const coder = linkedRole('l3/coder', { leaf: true })
  const custom = customRole('custom-fast', 'l3/coder')
  const catalogue = catalogueWith(coder, custom)
  const roles = { catalogue, settings: new Map(), skills: new Map() }
  const commands = { 'l3/coder': ['careful'], 'custom-fast': ['careless'] }
  const delegation = { ...usualDelegation, command: ['careless'], commands }
  const agent = agentConfig({ command: ['careless'] })
  const entries = [coder, custom].map((role) =>
    childEntry(agent, { delegation }, { role, roles, timeoutMs: 60_000 }),
  )
  expect(entries.map(({ role, command }) => [role, command])).toEqual([
    ['l3/coder', ['careful']],
    ['custom-fast', ['careful']],
  ])
})
