/** Owns what doctor makes of the machine itself: its programs and its clock. */
import { formatDuration } from '../base/duration.ts'
import { finder, type Finding } from './finding.ts'
import type { Observed } from './observed.ts'
import { isOlder } from './versions.ts'

type MachineFacts = Pick<Observed, 'node' | 'programs' | 'unknownZone' | 'future'>

export function machineFindings({ node, programs, unknownZone, future }: MachineFacts): Finding[] {
  const about = finder('machine')
  const found: Finding[] = []
  if (isOlder(node.version, node.minimum)) {
    found.push(
      about.issue(
        `Node ${node.version} is too old: marrow needs ${node.minimum}`,
        'Run `npm ci` in the checkout: it brings its own Node; start marrow through bin/marrow.',
      ),
    )
  }
  if (!programs.git)
    found.push(about.issue('git is not installed', 'Install it: apt-get install git, or brew install git.'))
  if (!programs.tmux) {
    found.push(
      about.hint(
        'tmux is not installed',
        'Install it: apt-get install tmux, or brew install tmux. Sessions need it.',
      ),
    )
  }
  if (unknownZone !== undefined) {
    const problem = `TZ is ${JSON.stringify(unknownZone)}, which is no time zone here: schedules are read in UTC`
    found.push(about.issue(problem, 'Unset TZ, or set it to a name such as Europe/Berlin.'))
  }
  if (future !== undefined) {
    const problem = `the clock stands at least ${formatDuration(future.ms)} behind ${future.path}, which marrow wrote`
    found.push(about.issue(problem, 'Set the clock: timedatectl set-ntp true, or sntp -sS time.apple.com.'))
  }
  return found
}
