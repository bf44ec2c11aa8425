/** Owns what doctor makes of the daemon that runs, or of the lack of one. */
import { quote } from 'shlex'
import { finder, type Finding } from './finding.ts'
import type { DaemonFacts } from './observed.ts'

/** What this program and its configuration are, to compare with. */
export interface Own {
  readonly version: string
  readonly config: string | undefined
  /** False: what is wrong with the file has been said already. */
  readonly fileIsRight: boolean
}

export function daemonFindings(daemon: DaemonFacts, own: Own): Finding[] {
  const about = finder('daemon')
  switch (daemon.kind) {
    case 'none':
      return []
    case 'silent':
      return [about.issue(daemon.reason, daemon.fix)]
    case 'answers':
      return runningFindings(daemon, own)
  }
}

function runningFindings(daemon: Extract<DaemonFacts, { kind: 'answers' }>, own: Own): Finding[] {
  const about = finder('daemon')
  const found: Finding[] = []
  if (own.config !== undefined && daemon.config !== own.config) {
    const problem = `it runs with ${daemon.config}, this command means ${own.config}: two of them share a state_dir`
    found.push(
      about.issue(problem, `Give one of them a state_dir of its own, or add: -c ${quote(daemon.config)}.`),
    )
  }
  if (daemon.version !== own.version) {
    const problem = `it is marrow ${daemon.version}, this program is ${own.version}`
    found.push(about.hint(problem, 'Run: marrow restart. Its runs go on.'))
  }
  if (own.fileIsRight) {
    for (const problem of daemon.problems) {
      found.push(
        about.issue(`it refused the changed configuration: ${problem}`, 'Correct it, or: marrow restart.'),
      )
    }
  }
  if (daemon.paused !== undefined)
    found.push(about.hint(`all work is paused: ${daemon.paused}`, 'Let it go on with: marrow resume.'))
  if (daemon.stopping) found.push(about.hint('it is stopping', 'Start the next one with: marrow run.'))
  for (const { name, reason, until } of daemon.held) {
    const agent = finder(name)
    const resume = `marrow resume ${quote(name)}`
    found.push(
      until === undefined
        ? agent.issue(`is held until somebody resumes it: ${reason}`, `Mend that, then: ${resume}.`)
        : agent.hint(`is held until ${until}: ${reason}`, `Wait, or let it try now with: ${resume}.`),
    )
  }
  return found
}
