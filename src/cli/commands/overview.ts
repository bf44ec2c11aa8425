import { version } from '../../base/version.ts'
import { MarrowError } from '../../base/errors.ts'
import { formatDuration } from '../../base/duration.ts'
import { connect, type CommonOptions } from '../connection.ts'
import { print } from '../output.ts'
import { counted } from '../../base/numbers.ts'

/** `marrow` alone: what it is, whether it runs here and with what, then every command. */
export async function overview(options: CommonOptions): Promise<number> {
  const [{ programHelp }, { groups }] = await Promise.all([
    import('../render/help.ts'),
    import('../program/groups.ts'),
  ])
  print(
    `marrow ${version} keeps a small group of AI agents working on your machine around the clock.`,
    '',
    ...(await daemonLines(options)),
    '',
    programHelp(groups, process.stdout.isTTY ? process.stdout.columns : 80).trimEnd(),
  )
  return 0
}

async function daemonLines(options: CommonOptions): Promise<string[]> {
  try {
    const connection = connect(options)
    const lines = [`Configuration: ${connection.configPath}`]
    try {
      const { pid, uptime, agents, paused } = await connection.ask('status', {}, { timeoutMs: 2_000 })
      const held = paused === null ? '' : ', PAUSED'
      const count = counted(Object.keys(agents).length, 'agent')
      return [
        ...lines,
        `Daemon: runs as pid ${pid} for ${formatDuration(uptime * 1_000)} with ${count}${held}.`,
      ]
    } catch (error) {
      return [...lines, ...told('Daemon', error)]
    }
  } catch (error) {
    return told('Configuration', error)
  }
}

/** The overview shows what is wrong and goes on: it is where people look when nothing works. */
function told(what: string, error: unknown): string[] {
  if (!(error instanceof MarrowError)) throw error
  return [`${what}: ${error.message}`, ...(error.fix === undefined ? [] : [`  ${error.fix}`])]
}
