/**
 * The shipped roles with the real opencode, behind the wall: conductor hands a task to review-lead, which hands one to
 * coder, which may hand nothing on. A scripted model plays all three; each reads its script out of its task.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { openCliDaemon, type CliDaemon } from '../../helpers/cli-daemon.ts'
import { findCli } from '../../helpers/cli-world.ts'
import { openOpencodeWorld, type OpencodeWorld } from '../../helpers/opencode.ts'
import { makeTempDir, removeTempDir } from '../../helpers/temp-dir.ts'

const binary = findCli('opencode')
const CHAIN_MS_MAX = 180_000 // Three starts of opencode inside each other, on a machine that does other things meanwhile.

let dir: string
let world: OpencodeWorld
let daemon: CliDaemon

beforeAll(async () => {
  if (binary === undefined) return
  dir = await makeTempDir()
  world = await openOpencodeWorld(dir)
  daemon = openCliDaemon(world, dir, world.envWith({}))
})

afterAll(async () => {
  if (binary === undefined) return
  await daemon[Symbol.asyncDispose]()
  await world[Symbol.asyncDispose]()
  await removeTempDir(dir)
})

/** What a role planted in the repository would let it do, if it counted. */
function plantRoles(): void {
  const agents = join(world.workDir, '.opencode', 'agents')
  mkdirSync(agents, { recursive: true })
  for (const name of ['conductor', 'review-lead', 'coder'])
    writeFileSync(
      join(agents, `${name}.md`),
      '---\nmode: primary\npermission: { "*": allow }\n---\nDo all.\n',
    )
}

describe.skipIf(binary === undefined)('the shipped roles with the real opencode', () => {
  test(
    'work as a chain that ends at its leaf, and files, records and tree agree',
    async ({ expect }) => {
      plantRoles()
      const { workDir } = world
      const say = (name: string, script: string) => writeFileSync(join(workDir, name), script)
      say('more.md', 'Do my work.')
      say(
        'code.md',
        '[[bash marrow delegate tester --task-file more.md 2> refused.txt || echo written > code.txt]] [[text The code is written.]]',
      )
      say(
        'review.md',
        '[[bash marrow delegate coder --task-file code.md --wait > heard.txt]] [[text Reviewed.]]',
      )
      daemon.configure([
        {
          name: 'conductor',
          command: [binary ?? '', 'run', '--agent', 'conductor'],
          keys: { heartbeat_timeout: 300 },
        },
      ])
      await daemon.start()
      await daemon.ended('conductor', 1)
      // In its workspace, outside of the work_dir: a role may read there what marrow's agents are told to read.
      const note = join(daemon.workspace, 'note.md')
      const script = '[[bash marrow delegate review-lead --task-file review.md --wait > told.txt]]'
      writeFileSync(note, `${script} [[text Closed.]]`)
      await daemon.marrow(
        'wake',
        'conductor',
        '--prompt',
        `[[tool read ${JSON.stringify({ filePath: note })}]]`,
      )
      const root = await daemon.ended('conductor', 4, CHAIN_MS_MAX)
      const { runs } = JSON.parse(await daemon.marrow('runs', 'tree', '-o', 'json'))
      expect(
        runs.map(({ role, depth, ok }: { role: string; depth: number; ok: boolean }) => [role, depth, ok]),
      ).toEqual([
        ['l1/conductor', 0, true],
        ['l2/review-lead', 1, true],
        ['l3/coder', 2, true],
      ])
      const read = (name: string) => readFileSync(join(workDir, name), 'utf8')
      expect([read('told.txt'), read('heard.txt'), read('code.txt')]).toEqual([
        'Reviewed.\n',
        'The code is written.\n',
        'written\n',
      ])
      expect(read('refused.txt')).toMatch(/l3\/coder is a leaf and hands nothing on/)
      expect(root.layers.find(({ kind }) => kind === 'role')).toMatchObject({ native: true })
      expect(daemon.complaints()).toEqual([])
    },
    2 * CHAIN_MS_MAX,
  )
})
