/** Owns who reads the log: a person, or a program that keeps it. */

/** How a process was started, as far as it can see. */
export interface Start {
  /** Whether stderr is a terminal. */
  readonly isTerminal: boolean
  readonly pid: number
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Whether a service manager started this process and keeps what it says: then its log is JSON without being asked for. */
export function isForPrograms({ isTerminal, pid, env }: Start): boolean {
  if (isTerminal) return false
  return isOfSystemd(pid, env) || isOfLaunchd(env)
}

/** A terminal program that systemd started hands these variables on to its shells; the pid tells them apart. */
function isOfSystemd(pid: number, env: Start['env']): boolean {
  const started = env['SYSTEMD_EXEC_PID']
  if (started !== undefined && started !== String(pid)) return false
  return Boolean(env['INVOCATION_ID']) || Boolean(env['JOURNAL_STREAM'])
}

/** launchd names its job; in a shell of a terminal the name is 0 or that of the application. */
function isOfLaunchd(env: Start['env']): boolean {
  const name = env['XPC_SERVICE_NAME']
  return name !== undefined && name !== '' && name !== '0' && !name.startsWith('application.')
}
