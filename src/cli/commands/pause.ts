import { join } from 'node:path'
import { MarrowError } from '../../base/errors.ts'
import { connect, type CommonOptions } from '../connection.ts'
import { print, printJson } from '../output.ts'

/** Whom to hold or to let go; undefined: everything that starts work. */
export interface PauseOptions extends CommonOptions {
  readonly agent: string | undefined
  readonly reason?: string
  readonly json?: boolean
}

/** `marrow pause`: no new work, over restarts too. Runs in flight go on. */
export async function pause(options: PauseOptions): Promise<number> {
  const connection = connect(options)
  try {
    await connection.ask('pause', { agent: options.agent, reason: options.reason })
  } catch (error) {
    throw withFile(error, connection.stateDir)
  }
  if (options.json) printJson({ ok: true, agent: options.agent ?? null, paused: true })
  else print(`✓ ${options.agent ?? 'everything'} is paused; runs in flight go on`)
  return 0
}

/** `marrow resume`: lifts a pause; for an agent also what its failures hold. */
export async function resume(options: PauseOptions): Promise<number> {
  await connect(options).ask('resume', { agent: options.agent })
  if (options.json) printJson({ ok: true, agent: options.agent ?? null, paused: false })
  else print(`✓ ${options.agent ?? 'everything'} is resumed`)
  return 0
}

/** A daemon that does not answer looks at this file too. */
function withFile(error: unknown, stateDir: string): unknown {
  if (!(error instanceof MarrowError)) return error
  if (error.code !== 'DAEMON_NOT_RUNNING' && error.code !== 'DAEMON_SILENT') return error
  const fix = `Hold all work without it: touch ${join(stateDir, 'PAUSED')}`
  return new MarrowError(error.code, error.message, {
    fix: `${error.fix ?? ''}\n     ${fix}`.trim(),
    cause: error,
  })
}
