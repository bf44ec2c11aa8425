import { formatDuration } from '../../base/duration.ts'
import { formatProblem, MarrowError, type Problem } from '../../base/errors.ts'
import { plain, plainLines } from '../../base/plain.ts'
import type { AgentConfig } from '../../config/config.ts'
import { findConfig, loadConfig, readConfig } from '../../config/load.ts'
import { checkRoles } from '../../daemon/local/check-roles.ts'
import { searchOf, type CommonOptions } from '../connection.ts'
import { print, printJson } from '../output.ts'

/** `marrow validate`: reads the configuration and the roles as the daemon would. Their mistakes, all at once, are the error (2). */
export async function validate(options: CommonOptions & { readonly json?: boolean }): Promise<number> {
  if (options.json) return await validateForPrograms(options)
  const config = await loadConfig(searchOf(options))
  print(`Config: ${config.path}`, ...config.agents.flatMap(agentLines).map(plainLines))
  const roles = await checkRoles(config)
  const warnings = [...config.warnings.map(formatProblem), ...roles.roleWarnings.map(roleLine)]
  if (warnings.length > 0) {
    process.stderr.write(`${warnings.map((warning) => `warning: ${warning}`).join('\n')}\n`)
  }
  if (roles.mistakes.length > 0) throw wrongRoles(roles.mistakes)
  print('VALIDATE OK')
  return 0
}

/** Mistakes are a result here, not an error: a program wants each with its file, line, key and fix. */
async function validateForPrograms(options: CommonOptions): Promise<number> {
  const search = searchOf(options)
  const { path } = findConfig(search)
  const { config, problems, warnings } = await readConfig(path, search)
  const agents = config?.agents ?? []
  const roles = config && (await checkRoles(config))
  const all = [...problems, ...(roles?.mistakes ?? [])]
  const allowed = [...warnings, ...(roles?.roleWarnings ?? [])]
  printJson({ ok: all.length === 0, config: path, agents, problems: all, warnings: allowed })
  return all.length === 0 ? 0 : 2
}

function wrongRoles(mistakes: readonly Problem[]): MarrowError {
  const count = mistakes.length === 1 ? 'there is a mistake' : `there are ${mistakes.length} mistakes`
  const lines = [`Cannot use all roles: ${count}.`, ...mistakes.map(roleLine)]
  return new MarrowError('CONFIG_INVALID', lines.join('\n'), {
    fix: 'Correct the files; an agent whose own role is right is started all the same.',
  })
}

/** It quotes what agents may have written. */
function roleLine(mistake: Problem): string {
  return plain(formatProblem(mistake))
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
