/** This process on this machine: the real clock, processes and environment, handed to whoever needs them. */
import { homedir } from 'node:os'
import { join } from 'node:path'
import { version } from '../base/version.ts'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { systemClock } from '../platform/clock.ts'
import { closeInherited } from '../platform/descriptors.ts'
import type { Log } from '../platform/log.ts'
import { systemProcesses } from '../platform/processes.ts'
import { programRoot, type Program } from './core.ts'
import { startDaemon, type RunningDaemon, type StartOptions } from './start.ts'

/** The configuration that a command was told to use. Throws CONFIG_MISSING, CONFIG_INVALID. */
export function configAt(path: string): Promise<Config> {
  return loadConfig({ flag: path, env: process.env, cwd: process.cwd(), home: homedir() })
}

/** The installation that this process runs from. */
export function installedProgram(): Program {
  const binDir = join(programRoot, 'bin')
  return {
    root: programRoot,
    binDir,
    launcher: join(binDir, 'launch'),
    enter: join(binDir, 'enter'),
    version,
  }
}

/** A daemon in this process, which is made ready to start runs. Throws what `startDaemon` throws. */
export function startHere(
  config: Config,
  log: Log,
  options: Pick<StartOptions, 'ipc' | 'scheduled' | 'configStamp'>,
): Promise<RunningDaemon> {
  closeInherited()
  return startDaemon({
    config,
    log,
    ...options,
    program: installedProgram(),
    clock: systemClock,
    processes: systemProcesses,
    env: process.env,
    random: Math.random,
  })
}
