import type { DryRunView } from '../../ipc/protocol/agents.ts'
import { systemClock } from '../../platform/clock.ts'
import { dryRun } from '../dry-run.ts'
import { dryRunTask } from '../dry-run-task.ts'
import { agentsNamed } from '../handlers/agents.ts'
import { configAt, installedProgram } from '../here.ts'
import { openToRead } from '../open-store.ts'
import { wallOf } from '../steps/wall.ts'

/** The dry run where no daemon runs: the store is opened read-only, and need not be there at all. */
export async function dryRunLocally(options: {
  configPath: string
  agents: string[]
  task: string | undefined
  accountable: string | undefined
}): Promise<DryRunView[]> {
  const config = await configAt(options.configPath)
  if (options.task !== undefined) {
    const here = {
      config,
      program: installedProgram(),
      env: process.env,
      clock: systemClock,
      random: Math.random,
    }
    const wish = { roles: options.agents, task: options.task, accountable: options.accountable }
    return [await dryRunTask(here, wish)]
  }
  const db = openToRead(config.stateDir)
  using stack = new DisposableStack()
  stack.defer(() => db?.close())
  const agents = agentsNamed(config, options.agents)
  return await dryRun({
    config,
    program: installedProgram(),
    env: process.env,
    db,
    clock: systemClock,
    random: Math.random,
    agents,
    wall: await wallOf({ agents, program: installedProgram(), env: process.env }),
  })
}
