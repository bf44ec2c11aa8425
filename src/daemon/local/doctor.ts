/** Asks whether this machine can run a configuration. Looks only; changes nothing. */
import { join } from 'node:path'
import { adapterFor } from '../../agents/adapters.ts'
import { findings, type Finding } from '../../checks/findings.ts'
import { observe } from '../../checks/observe.ts'
import type { AgentConfig } from '../../config/config.ts'
import { programRoot } from '../../config/load.ts'
import { configAt } from '../here.ts'
import { runEnvironment } from '../../isolation/environment.ts'
import { findProviders } from '../../prompt/load.ts'

const NODE_VERSION_MIN = '24.15' // As `engines` of package.json says.

/** Everything worth saying, issues first; none means that all is well. Throws CONFIG_MISSING, CONFIG_INVALID. */
export async function doctor({ configPath }: { readonly configPath: string }): Promise<Finding[]> {
  const config = await configAt(configPath)
  const { coreDir, contextReplace: replace } = config
  const observed = await observe(config, {
    runPath,
    skippedProviders: async ({ contextDirs }) =>
      (await findProviders({ coreDir, contextDirs, replace })).skipped,
    ownPath: process.env['PATH'] ?? '',
    nodeMinimum: NODE_VERSION_MIN,
  })
  return findings(observed)
}

/** The PATH of this agent's runs, made by the same function that makes theirs. */
function runPath(agent: AgentConfig): string {
  const { name, role, workspace, workDir, env: policy, adapter, timeoutMs } = agent
  const environment = runEnvironment({
    inherited: process.env,
    programBin: join(programRoot, 'bin'),
    agent: name,
    run: undefined,
    role,
    workspace,
    workDir,
    notes: undefined,
    socket: undefined,
    policy,
    adapterEnv: adapterFor(adapter).env(timeoutMs),
  })
  return environment['PATH'] ?? ''
}
