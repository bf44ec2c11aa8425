/**
 * `bin/enter` under each shell that may be /bin/sh, on folders that are no cgroups: what it writes and what it becomes is the
 * same there.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe } from 'vitest'
import { test } from '../../../test/helpers/temp-dir.ts'

const program = fileURLToPath(new URL('../../../bin/enter', import.meta.url))
const shells = ['/bin/sh', '/bin/dash', '/bin/bash', '/usr/bin/busybox'].filter((shell) => existsSync(shell))

describe.each(shells)('under %s', (shell) => {
  const interpreter = shell.endsWith('busybox') ? ['sh', program] : [program]
  const enter = (words: readonly string[], input = '') => {
    const result = spawnSync(shell, [...interpreter, ...words], { encoding: 'utf8', input })
    const { status, signal, stdout, stderr } = result
    return { status, signal, stdout, stderr }
  }

  test('it enters every folder and becomes the command, whose words it does not read', ({ dir, expect }) => {
    const folders = ['one', 'with space', '$(exit 9)'].map((name) => join(dir, name))
    for (const folder of folders) mkdirSync(folder)
    const words = ['--', '-x', '', 'a b', '$HOME', '*', "'", '"', 'new\nline']
    const { status, stdout } = enter([...folders, '--', 'printf', '[%s]', ...words])
    expect(status).toBe(0)
    expect(stdout).toBe(words.map((word) => `[${word}]`).join(''))
    for (const folder of folders) expect(readFileSync(join(folder, 'cgroup.procs'), 'utf8')).toBe('0\n')
  })

  test('stdin, exit code and signal are those of the command', ({ dir, expect }) => {
    expect(enter([dir, '--', 'cat'], 'said')).toMatchObject({ status: 0, stdout: 'said' })
    expect(enter([dir, '--', 'sh', '-c', 'exit 7'])).toMatchObject({ status: 7 })
    expect(enter([dir, '--', 'sh', '-c', 'kill -9 $$'])).toMatchObject({ status: null, signal: 'SIGKILL' })
    expect(enter([dir, '--', 'no-such-program'])).toMatchObject({ status: 127 })
  })

  test('without every one of its folders nothing is started', ({ dir, expect }) => {
    const missing = join(dir, 'gone')
    expect(enter([dir, missing, '--', 'touch', join(dir, 'ran')])).toEqual({
      status: 125,
      signal: null,
      stdout: '',
      stderr: `Cannot limit the run: it may not enter ${missing}.\n`,
    })
    expect(existsSync(join(dir, 'ran'))).toBe(false)
  })

  test('without a command it says how it is used', ({ dir, expect }) => {
    for (const words of [[], ['--'], [dir], [dir, '--']]) {
      const { status, stderr } = enter(words)
      expect(status).toBe(125)
      expect(stderr).toContain('Cannot limit the run')
    }
  })
})
