/** `marrow clean` and what demos left: which folders go, for whom, and on whose word. */
import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { programRoot } from '../../../src/config/load.ts'
import { acquireLock } from '../../../src/platform/lock.ts'
import { demoConfig, demoPlaces } from '../../../src/scaffold/demo.ts'
import { cleaned, keepTemporary, quick, test } from '../../helpers/clean-world.ts'
import { marrowProgram } from '../../helpers/spawned-daemon.ts'

keepTemporary()

/** A folder as a demo leaves it, an hour old. */
function plantDemo(folder: string, config = demoConfig(demoPlaces(folder), programRoot, 0)): string {
  const places = demoPlaces(folder)
  for (const path of [places.state, join(folder, 'config')]) mkdirSync(path, { recursive: true })
  writeFileSync(places.config, config)
  writeFileSync(join(places.state, 'lock.db'), '')
  const then = Date.now() / 1_000 - 3_600
  utimesSync(folder, then, then)
  return folder
}

test('only folders that are proven to be left by a demo go', async ({ site, temporary, expect }) => {
  const named = (name: string) => join(temporary, `marrow-demo-${name}`)
  const left = plantDemo(named('aaaaaa'))
  const alive = plantDemo(named('bbbbbb'))
  using stack = new DisposableStack()
  stack.adopt(acquireLock(join(alive, 'state', 'lock.db')), (lock) => lock?.release())
  const others = [
    plantDemo(named('cccccc'), '[[agents]]\n'),
    plantDemo(named('dddddd'), demoConfig(demoPlaces(named('aaaaaa')), programRoot, 0)),
    plantDemo(named('toolong')),
    plantDemo(named('eeeeee')),
    plantDemo(named('gggggg')),
    plantDemo(named('hhhhhh')),
    join(temporary, 'marrow-demo-ffffff'),
  ]
  utimesSync(named('eeeeee'), new Date(), new Date())
  symlinkSync(left, named('ffffff'))
  rmSync(join(named('gggggg'), 'state'), { recursive: true })
  symlinkSync(join(left, 'state'), join(named('gggggg'), 'state'))
  writeFileSync(join(named('hhhhhh'), 'state', 'lock.db'), 'no database'.repeat(100))
  for (const name of ['gggggg', 'hhhhhh']) utimesSync(named(name), 0, 0)
  await site.write({ scout: quick })
  expect(await cleaned(site)).toMatchObject([{ kind: 'demo', path: left }])
  expect(await cleaned(site, '--yes')).toMatchObject([{ kind: 'demo', path: left }])
  for (const path of [alive, ...others]) expect(lstatSync(path, { throwIfNoEntry: false })).toBeDefined()
  expect(existsSync(left)).toBe(false)
})

test('whoever only tried the demo needs no configuration', ({ temporary, expect }) => {
  const left = plantDemo(join(temporary, 'marrow-demo-aaaaaa'))
  const marrow = (...words: string[]) =>
    spawnSync(marrowProgram, words, { cwd: temporary, env: process.env, encoding: 'utf8' })
  // One that is named must be there, and so must one whose state is meant.
  expect(marrow('clean', '--yes', '-c', 'nowhere.toml').status).toBe(2)
  expect(marrow('clean', '--yes', '--all').status).toBe(2)
  expect(existsSync(left)).toBe(true)
  expect(marrow('clean', '--yes')).toMatchObject({ status: 0, stderr: '' })
  expect(existsSync(left)).toBe(false)
})

test.skipIf(process.platform !== 'linux')(
  'on a terminal it asks, and only a yes is one',
  async ({ site, temporary, expect }) => {
    await site.write({ scout: quick })
    const left = plantDemo(join(temporary, 'marrow-demo-aaaaaa'))
    const answering = (input: string) =>
      spawnSync('script', ['-qec', `'${marrowProgram}' clean -c '${site.configPath}'`, '/dev/null'], {
        input,
        encoding: 'utf8',
      }).stdout
    for (const input of ['\n', 'nay\n', '\u0004'])
      expect(answering(input)).toMatch(/Remove all of this\? \[y\/N\] [^]*Nothing was removed\./)
    expect(existsSync(left)).toBe(true)
    expect(answering('y\n')).toContain('✓ removed')
    expect(existsSync(left)).toBe(false)
  },
)
