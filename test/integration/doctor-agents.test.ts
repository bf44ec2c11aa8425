/** Whether the real agent CLIs know the agents that runs would be: asked without a model, behind the wall of a run. */
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import type { AgentConfig } from '../../src/config/config.ts'
import { loadConfig } from '../../src/config/load.ts'
import { installedProgram } from '../../src/daemon/here.ts'
import { castIn } from '../../src/daemon/local/cast-state.ts'
import { cliAgentOf } from '../../src/daemon/local/cli-agents.ts'
import { castRoles } from '../../src/daemon/local/roles-cast.ts'
import { wallOf } from '../../src/daemon/steps/wall.ts'
import { openClaudeWorld } from '../helpers/claude.ts'
import { findCli } from '../helpers/cli-world.ts'
import { openOpencodeWorld } from '../helpers/opencode.ts'
import { test } from '../helpers/temp-dir.ts'

interface Cli {
  readonly name: 'opencode' | 'claude'
  readonly open: typeof openOpencodeWorld | typeof openClaudeWorld
  readonly words: readonly string[]
  /** One that it has without marrow. */
  readonly own: string
}

const clis: readonly Cli[] = [
  { name: 'opencode', open: openOpencodeWorld, words: ['run'], own: 'build' },
  { name: 'claude', open: openClaudeWorld, words: ['--permission-mode', 'acceptEdits'], own: 'Explore' },
]

const DEADLINE_MS = 30_000

describe.each(clis)('the real $name', ({ name, open, words, own }) => {
  const binary = findCli(name)

  test.skipIf(binary === undefined)(
    'is asked whether it knows the role of a run',
    async ({ dir, expect }) => {
      await using world = await open(dir)
      const conf = join(dir, 'conf')
      for (const folder of [conf, join(dir, 'ws')]) mkdirSync(folder)
      const agent = (id: string, rest: readonly string[], ...keys: readonly string[]) =>
        [
          '[[agents]]',
          `name = '${id}'`,
          `workspace = '${join(dir, 'ws')}'`,
          `agent_command = ${JSON.stringify([binary, ...words, ...rest])}`,
          `env.set = { ${Object.entries(world.env)
            .filter(([key]) => key !== 'HOME')
            .map(([key, value]) => `${key} = '${value}'`)
            .join(', ')} }`,
          'isolation.network = false',
          ...keys,
        ].join('\n')
      writeFileSync(
        join(conf, 'marrow.toml'),
        [
          `state_dir = '${join(dir, 'state')}'\n[isolation]\nmode = 'required'`,
          agent('given', [], "role = 'scout'"),
          agent('other', ['--agent', 'scout'], "role = 'conductor'"),
          agent('nobody', ['--agent', 'scout']),
          agent('none', []),
        ].join('\n\n'),
      )
      const env = { PATH: process.env['PATH'], HOME: world.home }
      const config = await loadConfig({ flag: join(conf, 'marrow.toml'), env, cwd: dir, home: world.home })
      const ground = { config, program: installedProgram(), env }
      const wall = await wallOf({ ...ground, agents: config.agents })
      const ask = (id: string) => {
        const one = config.agents.find((each): each is AgentConfig => each.name === id)
        return one && cliAgentOf({ ...ground, wall }, one, DEADLINE_MS)
      }

      const known = { kind: 'known', names: expect.arrayContaining(['scout', own]) }
      const asked = { kind: 'asked', role: 'l1/scout', name: 'scout', native: true }
      expect(await ask('given')).toMatchObject({
        ...asked,
        answer: { names: expect.arrayContaining(['scout']) },
      })
      expect(await ask('other')).toMatchObject({ kind: 'contradicted', known: 'conductor' })
      expect(await ask('none')).toBeUndefined()
      const without = { kind: 'known', names: expect.not.arrayContaining(['scout']) }
      expect(await ask('nobody')).toMatchObject({ kind: 'asked', native: false, answer: without })
      expect(await castIn(config)).toMatchObject([{ isCast: false, unmarked: [], edited: [], outdated: [] }])
      await castRoles({ configPath: config.path, targets: [], into: undefined, adopt: false, dry: false })
      expect(await ask('nobody')).toMatchObject({ kind: 'asked', native: false, answer: known })
      expect(world.requests()).toEqual([])
      expect(existsSync(join(dir, 'state'))).toBe(false)
      expect(readdirSync(join(dir, 'ws')).toSorted()).toEqual(['.agents', '.claude', '.codex', '.opencode'])
    },
  )
})
