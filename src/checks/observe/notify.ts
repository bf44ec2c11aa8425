/** Looks for what the ways to the operator need on this machine. Sends nothing. */
import { basename, join } from 'node:path'
import type { Config } from '../../config/config.ts'
import type { NotifyFacts } from '../observed.ts'
import { isProgram, statOf } from './files.ts'

type Environment = Readonly<Record<string, string | undefined>>

export async function observeNotify(
  { notify, operatorDir }: Pick<Config, 'notify' | 'operatorDir'>,
  env: Environment,
  platform: string,
): Promise<NotifyFacts> {
  const [program] = notify.command
  const onDesktop = platform === 'darwin' ? 'osascript' : 'notify-send'
  const needed = [...(program === undefined ? [] : [program]), ...(notify.desktop ? [onDesktop] : [])]
  const found = await Promise.all(needed.map((word) => isProgram(word, env['PATH'] ?? '', operatorDir)))
  return {
    missing: needed.filter((_, index) => !found[index]).map((word) => basename(word)),
    noSession: notify.desktop && platform !== 'darwin' && !(await hasSession(env)),
  }
}

async function hasSession({
  DBUS_SESSION_BUS_ADDRESS: address,
  XDG_RUNTIME_DIR: folder,
}: Environment): Promise<boolean> {
  return Boolean(address) || (folder !== undefined && (await statOf(join(folder, 'bus'))) !== undefined)
}
