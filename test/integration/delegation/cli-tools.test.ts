/**
 * marrow's own tools in the real agent CLIs: each starts `marrow mcp` from the configuration of the one run, behind the wall, and
 * hands a task on by it. Whoever may hand nothing on is not even offered it. Codex is fetched for scripts/test-long only.
 */
import { describe } from 'vitest'
import { openClaudeWorld } from '../../helpers/claude.ts'
import { openCliDaemon } from '../../helpers/cli-daemon.ts'
import { findCli, type CliWorld } from '../../helpers/cli-world.ts'
import { openCodexWorld } from '../../helpers/codex.ts'
import { openOpencodeWorld } from '../../helpers/opencode.ts'
import { sayInTicks } from '../../helpers/say.ts'
import { test } from '../../helpers/temp-dir.ts'

interface Cli {
  readonly name: 'claude' | 'codex' | 'opencode'
  readonly open: (dir: string) => Promise<CliWorld & { readonly env: Readonly<Record<string, string>> }>
  readonly words: readonly string[]
  /** As its model is offered it. */
  readonly tool: string
}

const clis: readonly Cli[] = [
  {
    name: 'claude',
    open: openClaudeWorld,
    words: ['--permission-mode', 'acceptEdits'],
    tool: 'mcp__marrow__delegate',
  },
  { name: 'opencode', open: openOpencodeWorld, words: ['run'], tool: 'marrow_delegate' },
  {
    name: 'codex',
    open: openCodexWorld,
    words: ['exec', '--sandbox', 'danger-full-access'],
    tool: 'delegate',
  },
]

describe.each(clis)('the tools of marrow in the real $name', ({ name, open, words, tool }) => {
  const binary = findCli(name)

  test.skipIf(binary === undefined)(
    'hand a task on, and are not offered to a leaf',
    async ({ dir, expect }) => {
      await using world = await open(dir)
      await using daemon = openCliDaemon(world, dir, world.env)
      // Detached, so that it is still there when the run that asks has ended.
      const task = { role: 'coder', task: 'Do it.', detach: true }
      const say = sayInTicks(daemon.workspace, {
        conductor: `[[tool ${tool} ${JSON.stringify(task)}]] [[text On.]]`,
      })
      const keys = { role_via: 'native', ...say }
      daemon.configure([{ name: 'conductor', command: [binary ?? '', ...words], keys }])
      await daemon.start()
      const child = await daemon.ended('conductor', 2)
      const own = await daemon.ended('conductor', 1)
      expect(own).toMatchObject({ role: 'l1/conductor', ok: true, result: 'On.', isolated_by: 'bubblewrap' })
      expect(child).toMatchObject({ role: 'l3/coder', ok: true, lineage: [own.id] })
      const [ofOwn, ofChild] = [offered(world, false), offered(world, true)]
      expect(ofOwn).toContain(tool)
      expect(ofChild.length).toBeGreaterThan(0)
      expect(ofChild).not.toContain(tool)
      expect(daemon.complaints()).toEqual([])
    },
  )
})

/** The tools that were offered to the models of children, or to those of ticks. */
function offered(world: CliWorld, toChildren: boolean): string[] {
  const asked = world.requests().filter(({ prompt }) => prompt.includes('The task:') === toChildren)
  return asked.flatMap(({ tools }) => tools)
}
