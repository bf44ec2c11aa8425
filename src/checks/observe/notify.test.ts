import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { noNotices } from '../../../test/helpers/agents.ts'
import { program } from '../../../test/helpers/furnished-machine.ts'
import { test } from '../../../test/helpers/temp-dir.ts'
import { observeNotify } from './notify.ts'

const desktop = { ...noNotices, desktop: true }

describe('the ways to the operator', () => {
  test('need the program of the command, by name or by path', async ({ dir, expect }) => {
    await program(join(dir, 'tell'))
    const look = (word: string) =>
      observeNotify(
        { notify: { ...noNotices, command: [word, 'drawn-by-lot'] }, operatorDir: dir },
        { PATH: dir },
        'linux',
      )
    expect(await look('tell')).toEqual({ missing: [], noSession: false })
    expect(await look(join(dir, 'tell'))).toEqual({ missing: [], noSession: false })
    expect(await look(join(dir, 'secret', 'other'))).toEqual({ missing: ['other'], noSession: false })
  })

  test('need a program and a session for the desktop of Linux, a program on macOS', async ({
    dir,
    expect,
  }) => {
    const look = (platform: string, env: Record<string, string>) =>
      observeNotify({ notify: desktop, operatorDir: dir }, { PATH: dir, ...env }, platform)
    expect(await look('linux', {})).toEqual({ missing: ['notify-send'], noSession: true })
    expect(await look('darwin', {})).toEqual({ missing: ['osascript'], noSession: false })
    await program(join(dir, 'notify-send'))
    expect(await look('linux', { XDG_RUNTIME_DIR: dir })).toEqual({ missing: [], noSession: true })
    await writeFile(join(dir, 'bus'), '')
    expect(await look('linux', { XDG_RUNTIME_DIR: dir })).toEqual({ missing: [], noSession: false })
    const address = { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/bus' }
    expect(await look('linux', address)).toEqual({ missing: [], noSession: false })
  })

  test('need nothing of the machine for a server, or for nobody', async ({ dir, expect }) => {
    await mkdir(join(dir, 'empty'))
    const notify = { ...noNotices, webhook: 'https://example.org/', ntfy: 'https://ntfy.sh/topic' }
    expect(await observeNotify({ notify, operatorDir: dir }, {}, 'linux')).toEqual({
      missing: [],
      noSession: false,
    })
  })
})
