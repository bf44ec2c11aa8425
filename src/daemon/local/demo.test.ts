import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { eventually } from '../../../test/helpers/eventually.ts'
import { test } from '../../../test/helpers/temp-dir.ts'
import { programRoot } from '../../config/load.ts'
import { demo } from './demo.ts'

const marrow = join(programRoot, 'bin', 'marrow')

/** The built program, as a user starts it. */
function start(words: readonly string[]) {
  const child = spawn(marrow, ['demo', ...words], { stdio: ['ignore', 'pipe', 'pipe'] })
  onTestFinished(() => void child.kill('SIGKILL')) // After a failure; its guard then ends the daemon.
  const said = { text: '' }
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => (said.text += chunk))
  }
  return { child, said, ended: once(child, 'exit') }
}

/** Three runs of one after the other take longer than `eventually` waits. */
async function hears(said: { readonly text: string }, ...parts: readonly string[]): Promise<void> {
  for (const part of parts) await eventually(part, () => said.text.includes(part) || undefined)
}

test('the demo tells of ticks, a task and a handoff, and Ctrl-C ends all of it', async ({ dir, expect }) => {
  const folder = join(dir, 'd')
  const { child, said, ended } = start(['--folder', folder])
  await hears(
    said,
    'scout: first tick',
    'refit: first tick',
    'a task was added',
    'woken by the task',
    'task is done',
    'by a handoff',
  )
  const { pid } = JSON.parse(await readFile(join(folder, 'state', 'daemon.json'), 'utf8'))
  child.kill('SIGINT')
  expect(await ended).toEqual([0, null])
  expect(said.text).toContain(`Kept: ${folder}`)
  expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  expect(said.text.split('\n').filter((line) => line !== '').length).toBeLessThanOrEqual(9)
})

test('a folder that was not named is removed, also when the demo is ended at its very beginning', async ({
  dir,
  expect,
}) => {
  process.env['TMPDIR'] = dir
  const { child, said, ended } = start(['--json'])
  await hears(said, 'Three simulated agents in ')
  const folder = /agents in (\S+):/u.exec(said.text)?.[1] ?? ''
  expect(folder).toContain(dir)
  child.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  expect(existsSync(folder)).toBe(false)
  for (const line of said.text.trimEnd().split('\n')) expect(JSON.parse(line)).toHaveProperty('text')
})

test('a folder that holds something is left alone', async ({ dir, expect }) => {
  await mkdir(join(dir, 'd'))
  await writeFile(join(dir, 'd', 'mine'), '')
  await expect(demo({ folder: join(dir, 'd'), json: false })).rejects.toMatchObject({ code: 'USAGE' })
})

test('a folder that cannot be made is refused with what to do about it', async ({ dir, expect }) => {
  await writeFile(join(dir, 'file'), '')
  const refused = { code: 'CANNOT_WRITE', fix: expect.stringContaining('--folder') }
  await expect(demo({ folder: join(dir, 'file', 'd'), json: false })).rejects.toMatchObject(refused)
  process.env['TMPDIR'] = join(dir, 'file')
  await expect(demo({ folder: undefined, json: false })).rejects.toMatchObject(refused)
})

test('a folder whose path is too long for a socket is refused before anything is made', async ({
  dir,
  expect,
}) => {
  const folder = join(dir, 'x'.repeat(100))
  await expect(demo({ folder, json: false })).rejects.toMatchObject({ code: 'SOCKET_PATH_TOO_LONG' })
  expect(existsSync(folder)).toBe(false)
})
