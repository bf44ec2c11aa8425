import { configPathOf, type CommonOptions } from '../connection.ts'

/** Flags of `marrow run`. */
export interface RunOptions extends CommonOptions {
  readonly jsonLogs?: boolean
  /** Undefined: what the configuration says. */
  readonly ipc?: boolean
}

/** `marrow run`: the daemon itself, in the foreground, until it is stopped or hands over. */
export async function run(options: RunOptions): Promise<number> {
  const configPath = configPathOf(options)
  const { runDaemon } = await import('../../daemon/main.ts')
  const { jsonLogs = false, ipc, verbose = false } = options
  return await runDaemon({ configPath, jsonLogs, ipc, verbose })
}
