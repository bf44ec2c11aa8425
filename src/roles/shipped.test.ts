/** The roles, tiers and skills of this checkout, read as a daemon reads them. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { toolsOf } from './capabilities.ts'
import { loadRoles } from './load.ts'

const root = join(import.meta.dirname, '..', '..')
const { catalogue, settings, skills } = await loadRoles({
  coreDir: root,
  operatorDir: root,
  workspaces: [],
})
const roles = [...catalogue.roles.values()]
const toolsByName = new Map(roles.map((role) => [role.name, toolsOf(role.capabilities, {})]))
const namesWith = (tool: string) =>
  roles.filter(({ name }) => toolsByName.get(name)?.ids.includes(tool)).map(({ name }) => name)

test('what is shipped has neither mistakes nor anything to be hinted at', () => {
  expect([...catalogue.mistakes, ...catalogue.hints]).toEqual([])
  expect(roles).toHaveLength(14)
})

test('the page for people tells level, tier and callees of every shipped role', async () => {
  const page = await readFile(join(root, 'docs', 'roles.md'), 'utf8')
  const rows = page.matchAll(/^\| ([a-z-]+) \| L(\d) \| (\w+) \| [^|]+ \| ?([^|]*?) ?\|$/gmu)
  const told = [...rows].map(([, name, ...cells]) => [name, cells])
  const below = roles.filter(({ level }) => level !== 1).length
  const calleesOf = (delegates: readonly string[]) => {
    if (delegates.length === below) return 'all leads and leaves'
    return delegates.map((id) => id.slice(id.indexOf('/') + 1)).join(', ')
  }
  const real = roles.map(({ name, level, tier, delegates }) => {
    const callees = name === 'scout' ? 'nobody' : calleesOf(delegates)
    return [name, [String(level), tier, callees]]
  })
  expect(Object.fromEntries(told)).toEqual(Object.fromEntries(real))
})

test('shipped roles hand work down only, and nobody calls an L1', () => {
  for (const { id, level, delegates, scheduled, callable } of roles) {
    const levels = delegates.map((callee) => catalogue.roles.get(callee)?.level ?? 0)
    expect({ id, upward: levels.filter((other) => other <= (level ?? 0)) }).toEqual({ id, upward: [] })
    expect({ id, scheduled, callable }).toEqual({ id, scheduled: level === 1, callable: level !== 1 })
  }
})

test('a shipped leaf says that it is one, and has no tool to call anybody', () => {
  expect(roles.filter(({ leaf }) => leaf).map(({ id }) => id)).toEqual(
    roles.filter(({ level }) => level === 3).map(({ id }) => id),
  )
  expect(namesWith('task')).toEqual(
    roles.filter(({ maxDelegateDepth }) => maxDelegateDepth).map(({ name }) => name),
  )
})

test('shipped roles have no more tools than their work needs', () => {
  expect(namesWith('webfetch')).toEqual(['researcher'])
  const others = (names: readonly string[]) =>
    roles.map(({ name }) => name).filter((name) => !names.includes(name))
  expect(others(namesWith('edit'))).toEqual(['scout', 'review-lead', 'analyst', 'git-ops', 'researcher'])
  expect(others(namesWith('bash'))).toEqual(['filer'])
  const limited = roles.filter(({ name }) => toolsByName.get(name)?.bash.kind === 'patterns')
  expect(limited.map(({ name }) => name)).toEqual(['scout', 'analyst', 'git-ops', 'researcher', 'writer'])
  const gitOps = toolsByName.get('git-ops')?.bash
  expect(gitOps?.kind === 'patterns' && gitOps.patterns.filter((one) => !/^git [a-z]/u.test(one))).toEqual([])
})

test('every tier of a shipped role has a model where the core names any, and every name is free of its folder', () => {
  const tiers = new Set(roles.map(({ tier }) => tier))
  const models = Object.keys(settings.get('claude')?.modelMap ?? {})
  expect(models.toSorted()).toEqual([...tiers].toSorted())
  expect(new Set(roles.map(({ name }) => name)).size).toBe(roles.length)
  for (const target of ['opencode', 'claude', 'codex'] as const)
    expect(settings.get(target)).toMatchObject({ enabled: true, layout: 'flatten' })
})

test('each shipped skill is named by a role, and each that a role names is shipped', () => {
  const named = new Set(roles.flatMap((role) => role.skills))
  expect([...named].toSorted()).toEqual([...skills.keys()])
})

const wordsOf = (text: string) => text.split(/\s+/u).length

test('the texts that are paid for in every prompt stay short', async () => {
  expect(wordsOf(await readFile(join(root, 'prompts', 'rules.md'), 'utf8'))).toBeLessThan(900)
  const max: Readonly<Record<string, number>> = { '1': 900, '2': 600, '3': 400 }
  const long = roles.filter(({ prompt, level }) => wordsOf(prompt) > (max[String(level)] ?? 0))
  expect(long.map(({ id }) => id)).toEqual([])
})
