import { spawnSync } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { test } from '../../test/helpers/temp-dir.ts'

const FAR = 40 // Node itself looks after the lowest numbers.

/** What a program sees that is started by a process which inherited the open folder `dir` as descriptor FAR. */
function seenBelow(dir: string, script: string): string {
  const folder = openSync(dir, 'r')
  try {
    const stdio = Array.from({ length: FAR + 1 }, (_, at) =>
      at === 1 ? 'pipe' : at === FAR ? folder : 'ignore',
    )
    const words = ['--input-type=module', '-e', script, new URL('descriptors.ts', import.meta.url).href]
    return spawnSync(process.execPath, words, { stdio, encoding: 'utf8' }).stdout
  } finally {
    closeSync(folder)
  }
}

const list = `
  const { spawnSync } = await import('node:child_process')
  console.log(spawnSync('ls', ['-l', '/proc/self/fd'], { encoding: 'utf8' }).stdout)`

test('what a process inherited does not go on to what it starts', ({ dir, expect }) => {
  const close = 'const { closeInherited } = await import(process.argv[1]); console.log(closeInherited())'
  expect(seenBelow(dir, list)).toContain(`-> ${dir}\n`)
  const seen = seenBelow(dir, `${close};${list}`)
  expect(seen).toMatch(/^[1-9]\d*\n[^]* 2 -> /)
  expect(seen).not.toContain(`-> ${dir}\n`)
})

test('a process that inherited nothing loses nothing', ({ dir, expect }) => {
  const twice =
    'const { closeInherited } = await import(process.argv[1]); closeInherited(); console.log(closeInherited())'
  expect(seenBelow(dir, twice)).toBe('0\n')
})
