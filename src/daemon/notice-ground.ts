/** From where programs that tell the operator are started. */
import type { SendGround } from '../notify/apply.ts'
import { jobsOf } from './assemble.ts'
import type { Core } from './core.ts'
import { redactorFor } from './redaction.ts'

// What a mail program or a desktop needs; no secret of the daemon's environment.
const passed = [
  'HOME',
  'PATH',
  'LANG',
  'USER',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'DBUS_SESSION_BUS_ADDRESS',
  'XDG_RUNTIME_DIR',
]

export function noticeGround({ config, env }: Pick<Core, 'config' | 'env'>, signal: AbortSignal): SendGround {
  const named = passed.flatMap((name): [string, string][] => {
    const value = env[name]
    return value === undefined ? [] : [[name, value]]
  })
  return {
    cwd: config.operatorDir,
    env: { ...Object.fromEntries(named), ...jobsOf(config) },
    platform: process.platform,
    redact: redactorFor({ config, env }),
    signal,
  }
}
