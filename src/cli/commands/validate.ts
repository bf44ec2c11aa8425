import { formatDuration } from '../../base/duration.ts'
import { formatProblem } from '../../base/errors.ts'
import { plainLines } from '../../base/plain.ts'
import type { AgentConfig } from '../../config/config.ts'
import { findConfig, loadConfig, readConfig } from '../../config/load.ts'
import { searchOf, type CommonOptions } from '../connection.ts'
import { print, printJson } from '../output.ts'

/** `marrow validate`: reads the configuration as the daemon would. Its mistakes, all at once, are the error (2). */
export async function validate(options: CommonOptions & { readonly json?: boolean }): Promise<number> {
  if (options.json) return await validateForPrograms(options)
  const config = await loadConfig(searchOf(options))
  print(`Config: ${config.path}`, ...config.agents.flatMap(agentLines).map(plainLines))
  if (config.warnings.length > 0) {
    process.stderr.write(
      `${config.warnings.map((warning) => `warning: ${formatProblem(warning)}`).join('\n')}\n`,
    )
  }
  print('VALIDATE OK')
  return 0
}

/** Mistakes are a result here, not an error: a program wants each with its file, line, key and fix. */
async function validateForPrograms(options: CommonOptions): Promise<number> {
  const search = searchOf(options)
  const { path } = findConfig(search)
  const { config, problems, warnings } = await readConfig(path, search)
  const agents = config?.agents ?? []
  printJson({ ok: problems.length === 0, config: path, agents, problems, warnings })
  return problems.length === 0 ? 0 : 2
}

function agentLines(agent: AgentConfig): string[] {
  return [
    `Agent: ${agent.name}`,
    `  interval : ${intervalOf(agent)}`,
    `  timeout  : ${agent.timeoutMs / 1_000}s`,
    `  command  : ${agent.command.join(' ')}`,
    `  workspace: ${agent.workspace}`,
    `  ctx_dirs : ${agent.contextDirs.length === 0 ? '(none)' : agent.contextDirs.join(', ')}`,
    `  gate     : ${agent.gate === 'always' ? 'always' : `changed, quiet for at most ${formatDuration(agent.maxQuietMs)}`}`,
  ]
}

function intervalOf({ schedule }: AgentConfig): string {
  if (schedule.kind === 'interval') return `${schedule.intervalMs / 1_000}s`
  return schedule.timezone === undefined
    ? schedule.expression
    : `${schedule.expression} (${schedule.timezone})`
}
