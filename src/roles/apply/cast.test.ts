/** Casting into a real folder that agents may write. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { planner, digger, sampleSettings } from '../../../test/helpers/roles.ts'
import { test as base } from '../../../test/helpers/temp-dir.ts'
import { castAll } from '../cast/cast.ts'
import { planCast } from '../cast/plan.ts'
import type { Layout } from '../cast/target.ts'
import { applyCast, findCastFiles } from './cast.ts'

interface Workspace {
  readonly root: string
  /** What was done to what, as `kind path`, and where texts were kept. */
  readonly cast: (
    layout?: Layout,
    options?: { adopt: boolean },
  ) => { done: string[]; kept: string[]; failed: string[] }
}

const test = base.extend<{ workspace: Workspace }>({
  workspace: async ({ dir }, use) => {
    const root = join(dir, 'ws')
    mkdirSync(root)
    const cast: Workspace['cast'] = (layout = 'flatten', { adopt } = { adopt: false }) => {
      const casting = castAll([planner, digger], [], sampleSettings('opencode', { layout }))
      const { files: wanted, former } = casting
      const at = { root, path: root }
      const steps = planCast({ wanted, found: findCastFiles(at, casting), former, adopt })
      const done = applyCast(steps, { at, aside: 'runtime/kept' })
      return {
        done: done.map(({ step }) => `${step.kind} ${step.path.replace('.opencode/agents/', '')}`),
        kept: done.flatMap(({ keptAt }) => keptAt ?? []),
        failed: done.flatMap(({ failed }) => failed?.message ?? []),
      }
    }
    await use({ root, cast })
  },
})

const agents = '.opencode/agents'

describe('applyCast()', () => {
  test('writes each file once, and the second time nothing', ({ workspace: { root, cast }, expect }) => {
    expect(cast().done).toEqual(['write digger.md', 'write planner.md'])
    const before = statSync(join(root, agents, 'planner.md'))
    expect(cast().done).toEqual(['keep digger.md', 'keep planner.md'])
    expect(statSync(join(root, agents, 'planner.md')).ino).toBe(before.ino)
    expect(before.mode & 0o777).toBe(0o644)
    expect(readdirSync(join(root, agents))).toEqual(['digger.md', 'planner.md'])
  })

  test('moves its own files when the layout changes', ({ workspace: { root, cast }, expect }) => {
    cast('preserve')
    expect(cast('flatten').done).toEqual([
      'write digger.md',
      'remove l1/planner.md',
      'remove l3/digger.md',
      'write planner.md',
    ])
    const left = ['', 'l1', 'l3'].map((below) => readdirSync(join(root, agents, below)))
    expect(left).toEqual([['digger.md', 'l1', 'l3', 'planner.md'], [], []])
  })

  test('puts back what an agent edited, and keeps each of its texts', ({
    workspace: { root, cast },
    expect,
  }) => {
    cast()
    const file = join(root, agents, 'planner.md')
    const cast1 = readFileSync(file, 'utf8')
    for (const words of ['one', 'two']) {
      writeFileSync(file, cast1 + words)
      const { done, kept } = cast()
      expect(done).toEqual(['keep digger.md', 'restore planner.md'])
      expect(kept.map((path) => readFileSync(path, 'utf8'))).toEqual([cast1 + words])
      expect(readFileSync(file, 'utf8')).toBe(cast1)
    }
    expect(readdirSync(join(root, 'runtime/kept'))).toEqual([
      'opencode.agents.planner.md.1',
      'opencode.agents.planner.md.2',
    ])
  })

  test('leaves files without its mark until it may take them over', ({
    workspace: { root, cast },
    expect,
  }) => {
    mkdirSync(join(root, agents, 'l1'), { recursive: true })
    for (const name of ['planner.md', 'l1/planner.md', 'mine.md'])
      writeFileSync(join(root, agents, name), name)
    expect(cast().done).toEqual(['write digger.md', 'foreign l1/planner.md', 'foreign planner.md'])
    expect(readFileSync(join(root, agents, 'planner.md'), 'utf8')).toBe('planner.md')
    const { done, kept } = cast('flatten', { adopt: true })
    expect(done).toEqual(['keep digger.md', 'adopt l1/planner.md', 'adopt planner.md'])
    expect(kept.map((path) => readFileSync(path, 'utf8'))).toEqual(['l1/planner.md', 'planner.md'])
    expect(readdirSync(join(root, agents, 'l1'))).toEqual([])
    expect(readFileSync(join(root, agents, 'mine.md'), 'utf8')).toBe('mine.md')
  })

  test('follows no link to a folder', ({ dir, workspace: { root, cast }, expect }) => {
    const outside = join(dir, 'outside')
    mkdirSync(join(outside, 'agents'), { recursive: true })
    symlinkSync(outside, join(root, '.opencode'))
    expect(() => cast()).toThrow(/^Cannot read .* is a symbolic link/)
    expect(readdirSync(join(outside, 'agents'))).toEqual([])
  })

  test('follows no link to a file, and keeps nothing through one', ({
    dir,
    workspace: { root, cast },
    expect,
  }) => {
    const secret = join(dir, 'secret')
    writeFileSync(secret, 'secret')
    mkdirSync(join(root, agents), { recursive: true })
    symlinkSync(secret, join(root, agents, 'planner.md'))
    expect(cast('flatten', { adopt: true }).done).toEqual(['write digger.md', 'foreign planner.md'])
    symlinkSync(dir, join(root, 'runtime'))
    const edited = `${readFileSync(join(root, agents, 'digger.md'), 'utf8')}x`
    writeFileSync(join(root, agents, 'digger.md'), edited)
    expect(cast().failed).toEqual([expect.stringMatching(/^Cannot write .* is a symbolic link/)])
    expect(readFileSync(join(root, agents, 'digger.md'), 'utf8')).toBe(edited)
    expect(readFileSync(secret, 'utf8')).toBe('secret')
    expect(readdirSync(dir).toSorted()).toEqual(['secret', 'ws'])
  })

  test('leaves folders in place of files, pipes and files that are too large', ({
    workspace: { root, cast },
    expect,
  }) => {
    mkdirSync(join(root, agents, 'planner.md'), { recursive: true })
    execFileSync('mkfifo', [join(root, agents, 'pipe.md')])
    writeFileSync(join(root, agents, 'digger.md'), Buffer.alloc(2_097_153))
    expect(cast().done).toEqual(['foreign digger.md', 'foreign planner.md'])
    expect(cast('flatten', { adopt: true }).done).toEqual(['foreign digger.md', 'foreign planner.md'])
  })

  test('is held up by no link in the way of one file', ({ dir, workspace: { root, cast }, expect }) => {
    mkdirSync(join(root, agents), { recursive: true })
    symlinkSync(dir, join(root, agents, 'l1'))
    const { failed } = cast('preserve')
    expect(failed).toEqual([expect.stringMatching(/^Cannot write .* is a symbolic link/)])
    expect(readdirSync(join(root, agents, 'l3'))).toEqual(['digger.md'])
  })

  test('overlooks no file of its own among any number of others', ({ workspace: { root, cast }, expect }) => {
    mkdirSync(join(root, agents, 'l1'), { recursive: true })
    for (let count = 0; count < 10_001; count += 1) writeFileSync(join(root, agents, `a${count}.md`), '')
    for (const name of ['planner.md', 'l1/planner.md']) writeFileSync(join(root, agents, name), name)
    expect(cast().done).toEqual(['write digger.md', 'foreign l1/planner.md', 'foreign planner.md'])
    expect(readFileSync(join(root, agents, 'planner.md'), 'utf8')).toBe('planner.md')
  })

  test('keeps the same text once, however often it is put back', ({ workspace: { root, cast }, expect }) => {
    cast()
    const file = join(root, agents, 'planner.md')
    const edited = `${readFileSync(file, 'utf8')}edited`
    for (let count = 0; count < 3; count += 1) {
      writeFileSync(file, edited)
      expect(cast().kept).toEqual([join(root, 'runtime/kept/opencode.agents.planner.md.1')])
    }
    expect(readdirSync(join(root, 'runtime/kept'))).toHaveLength(1)
  })

  test('casts to no place outside the folder', ({ workspace: { root }, expect }) => {
    const folders = ['../elsewhere/.opencode/agents']
    const look = () => findCastFiles({ root, path: root }, { files: [], folders, former: new Map() })
    expect(look).toThrow(`Cannot cast to ../elsewhere/.opencode/agents: it lies outside ${root}.`)
  })
})
