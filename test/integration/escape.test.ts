/**
 * The wall under attack: a real daemon starts the simulated agent, which tries every way out, as root and as an ordinary user.
 * Without a wall it gets out, so that each attempt is known to work; behind it, it does not.
 */
import { execFile, spawn } from 'node:child_process'
import { chownSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'
import { programOn } from '../../src/platform/paths.ts'
import type { Attack } from '../helpers/escape-driver.ts'
import { makeReadableCopy } from '../helpers/readable-copy.ts'
import { test } from '../helpers/temp-dir.ts'

const programs = process.env['PATH'] ?? ''
const isRoot = process.getuid?.() === 0
const NOBODY = 65_534 // In the list of users of nearly every system, and used for nothing.

if (programOn(programs, 'bwrap') === undefined)
  process.stderr.write('bubblewrap is not installed: what a run can do behind the wall is not tested.\n')
const attacked = test.skipIf(programOn(programs, 'bwrap') === undefined && !process.env['CI'])

/** Where the driver runs, and as whom. */
interface Ground {
  readonly words: readonly string[]
  readonly env: NodeJS.ProcessEnv
  readonly parent: string
}

function asOneself(dir: string): Ground {
  const driver = join(import.meta.dirname, '..', 'helpers', 'escape-driver.ts')
  return { words: [process.execPath, driver], env: process.env, parent: dir }
}

function asNobody(dir: string): Ground {
  const { root, node } = makeReadableCopy(join(dir, 'program'))
  const parent = join(dir, 'own')
  mkdirSync(parent)
  chownSync(parent, NOBODY, NOBODY)
  const user = ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups']
  return {
    words: [...user, node, join(root, 'test', 'helpers', 'escape-driver.ts')],
    env: { PATH: `${programs}:/usr/sbin:/sbin`, HOME: parent, TMPDIR: parent, LANG: 'C.UTF-8' },
    parent,
  }
}

async function attack({ words, env, parent }: Ground, mode: 'off' | 'required'): Promise<Attack> {
  const [program = '', ...rest] = words
  const child = spawn(program, [...rest, mode, parent], {
    cwd: parent,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  await new Promise((resolve) => child.once('close', resolve))
  const told: Attack = JSON.parse(out)
  return told
}

function namesOf({ reports }: Attack, outcome: string): string[] {
  return reports.filter((one) => one.outcome === outcome).map(({ name }) => name)
}

const users = [
  ...(isRoot
    ? [{ who: 'root', ground: asOneself, isRoot }]
    : [{ who: 'this user', ground: asOneself, isRoot }]),
  ...(isRoot ? [{ who: 'an ordinary user', ground: asNobody, isRoot: false }] : []),
]

describe.for(users)('a run of a daemon of $who', ({ ground, isRoot: asRoot }) => {
  attacked('gets out in every way where isolation is off', async ({ dir, expect }) => {
    const result = await attack(ground(dir), 'off')
    expect(result.user === 0).toBe(asRoot)
    const escaped = namesOf(result, 'escaped')
    const possible = Object.entries(result.open).filter(
      ([name, open]) => open === 'everybody' || (open === 'root' && asRoot && name !== 'chroot chroot'),
    )
    expect(possible.length).toBeGreaterThan(80)
    expect(possible.map(([name]) => name).filter((name) => !escaped.includes(name))).toEqual([])
  })

  attacked('gets out in no way where isolation is required', async ({ dir, expect }) => {
    const result = await attack(ground(dir), 'required')
    expect(result.user === 0).toBe(asRoot)
    expect(namesOf(result, 'escaped')).toEqual([])
    expect(namesOf(result, 'refused').length).toBeGreaterThan(90)
    expect(result.log).toContain('runs are isolated by bubblewrap')
    // What could not be tried is known by name: a new one must not go unnoticed.
    const known = /^(connect|read) (socket|file)-in-|^chroot chroot$|^(shared-memory|message-queue) /
    expect(namesOf(result, 'skipped').filter((name) => !known.test(name))).toEqual([])
  })
})

describe('marrow isolation test', () => {
  const program = join(import.meta.dirname, '..', '..', 'bin', 'marrow')

  function marrow(cwd: string, path: string, ...words: string[]) {
    const env = { PATH: path, HOME: cwd, TMPDIR: cwd, LANG: 'C.UTF-8' }
    return new Promise<{ code: number; out: string; err: string }>((resolve) => {
      const child = execFile(program, ['isolation', 'test', ...words], { cwd, env }, (_, out, err) =>
        resolve({ code: child.exitCode ?? -1, out, err }),
      )
    })
  }

  attacked(
    'lists every attempt and says that the wall holds, without a configuration',
    async ({ dir, expect }) => {
      const text = await marrow(dir, programs)
      expect(text).toMatchObject({ code: 0, err: '' })
      expect(text.out).toMatch(/^A RUN COULD +OUTCOME +HOW\n/)
      expect(text.out).toMatch(/write to the core +refused +EROFS/)
      expect(text.out).toMatch(/\n\d+ attempts, 0 succeeded.*: ISOLATION OK \(bubblewrap\)\n$/)
      const json = await marrow(dir, programs, '--json')
      expect(JSON.parse(json.out)).toMatchObject({ ok: true, by: 'bubblewrap', why: null, fix: null })
    },
  )

  test.skipIf(process.platform !== 'linux')(
    'fails with the remedy where there is nothing to test',
    async ({ dir, expect }) => {
      const text = await marrow(dir, dir)
      expect(text).toMatchObject({ code: 1, out: '' })
      expect(text.err).toMatch(/^ISOLATION FAILS: .+\.\nFix: .+\n$/)
      const json = await marrow(dir, dir, '--json')
      expect(json.code).toBe(1)
      expect(JSON.parse(json.out)).toMatchObject({ ok: false, attempts: [] })
    },
  )
})
