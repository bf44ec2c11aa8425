/** Owns what doctor makes of a machine: facts in, findings out, each with what to do about it. */
import type { Problem } from '../base/errors.ts'
import type { Access, AgentFacts, FolderFacts, Observed } from './observed.ts'

/** One thing that doctor has to say. Only an `issue` makes it fail; a `hint` is advice. */
export interface Finding {
  /** What it is about: an agent's name, `state`, `core`, `machine`, the configuration's path. */
  readonly subject: string
  readonly problem: string
  readonly fix: string
  readonly level: 'issue' | 'hint'
}

const SOCKET_BYTES_MAX = 100 // Linux takes 107 bytes, macOS 103; some room for what the daemon puts beside it.
const FREE_BYTES_MIN = 256 * 1024 * 1024 // A day of capped logs of a handful of agents.
const FREE_SHARE_MIN = 0.02

/** Issues before hints, otherwise in the order of looking: machine, configuration, state, core, agents. */
export function findings(observed: Observed): Finding[] {
  const found = [
    ...machineFindings(observed),
    ...observed.warnings.filter(({ key }) => observed.core.exists || key !== 'core_dir').map(warningFinding),
    ...syncFindings(observed),
    ...stateFindings(observed),
    ...coreFindings(observed),
    ...observed.agents.flatMap(agentFindings),
  ]
  return [...found.filter(({ level }) => level === 'issue'), ...found.filter(({ level }) => level === 'hint')]
}

function machineFindings({ node, programs }: Observed): Finding[] {
  const about = finder('machine')
  const found: Finding[] = []
  if (!isAtLeast(node.version, node.minimum)) {
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
  return found
}

function warningFinding(warning: Problem): Finding {
  const { file, line, key, reason, fix } = warning
  return {
    subject: line === undefined ? file : `${file}:${line}`,
    problem: key === '' ? reason : `${key}: ${reason}`,
    fix: fix ?? 'Correct it in the configuration.',
    level: 'hint',
  }
}

function syncFindings({ config, syncEnabled, warnings }: Observed): Finding[] {
  if (!syncEnabled || warnings.some(({ key }) => key.startsWith('sync'))) return []
  const problem = 'sync is enabled, but this version cannot update the core'
  return [
    finder(config).hint(problem, 'Set `enabled = false` under [sync], and update the checkout by hand.'),
  ]
}

function stateFindings({ state, socket }: Observed): Finding[] {
  const about = finder('state')
  const found: Finding[] = []
  if (state.access !== 'writable' && state.access !== 'missing-but-makeable') {
    found.push(
      about.issue(
        `${state.path} ${describeAccess(state.access)}`,
        'Choose another state_dir, or make it yours.',
      ),
    )
  }
  if (state.disk?.kind === 'network') {
    found.push(
      about.issue(
        `${state.path} is on a network disk, where locks cannot be trusted`,
        'Choose a state_dir on a local disk.',
      ),
    )
  }
  if (state.disk && isNearlyFull(state.disk)) {
    const free = Math.floor(state.disk.freeBytes / 1024 / 1024)
    found.push(
      about.issue(
        `the disk of ${state.path} is nearly full: ${free} MiB left`,
        'Make room, or move state_dir.',
      ),
    )
  }
  if (socket.enabled && socket.bytes > SOCKET_BYTES_MAX) {
    const problem = `the socket path ${socket.path} has ${socket.bytes} bytes; ${SOCKET_BYTES_MAX} are possible`
    found.push(about.issue(problem, 'Choose a shorter state_dir, or set socket_path under [ipc].'))
  }
  return found
}

function coreFindings({ core, warnings }: Observed): Finding[] {
  const about = finder('core')
  if (!core.exists)
    return [about.issue(`core_dir ${core.path} does not exist`, 'Correct core_dir, or remove the key.')]
  if (core.hasRules || warnings.some(({ key }) => key === 'core_dir')) return []
  const fix =
    'Point core_dir at a marrow checkout, or write prompts/rules.md there; until then prompts have no core rules.'
  return [about.hint(`the core ${core.path} has no prompts/rules.md`, fix)]
}

function agentFindings(agent: AgentFacts): Finding[] {
  const about = finder(agent.name)
  const found = [...folderFindings(agent)]
  for (const { path, executable } of agent.contextFiles) {
    if (!executable)
      found.push(about.issue(`${path} is not executable`, `Run: chmod +x ${path}, or move it away.`))
  }
  for (const { path, reason } of agent.skipped) {
    found.push(
      about.hint(`${path} is not run: ${reason}`, 'Rename it, list it in context_replace, or move it away.'),
    )
  }
  if (!agent.program.found) {
    found.push(programFinding(about, agent.program.word))
  }
  if (agent.role && !agent.role.found) {
    const { name, folders } = agent.role
    const file = `${folders[0] ?? ''}/${name.replace(/\.md$/u, '')}.md`
    const problem = `the role ${name} has no file below ${folders.join(' or ')}`
    found.push(about.issue(problem, `Write ${file}, or correct the role key.`))
  }
  if (!agent.gateWritten) {
    found.push(
      about.hint(
        'has no `gate` key: every slot starts a run',
        'Add gate = "changed": idle slots then cost nothing.',
      ),
    )
  }
  return found
}

function programFinding(about: Finder, word: string): Finding {
  if (!word.includes('/')) {
    const problem = `the program ${word} is not on the PATH of its runs`
    return about.issue(problem, 'Install it, or write its absolute path in agent_command.')
  }
  return about.issue(`${word} is not a program that can be started`, 'Correct agent_command, or chmod +x it.')
}

function folderFindings({ name, workspace, workDir, contextDirs }: AgentFacts): Finding[] {
  const about = finder(name)
  const found: Finding[] = []
  if (workspace.access !== 'writable') {
    found.push(
      about.issue(`workspace ${workspace.path} ${describeAccess(workspace.access)}`, makeFolder(workspace)),
    )
  }
  if (workDir.path !== workspace.path && workDir.access !== 'writable') {
    found.push(about.issue(`work_dir ${workDir.path} ${describeAccess(workDir.access)}`, makeFolder(workDir)))
  }
  for (const folder of contextDirs) {
    if (
      folder.access === 'missing' ||
      folder.access === 'missing-but-makeable' ||
      folder.access === 'not-a-folder'
    ) {
      found.push(
        about.issue(`context folder ${folder.path} ${describeAccess(folder.access)}`, makeFolder(folder)),
      )
    }
    if (folder.access === 'unreadable') {
      found.push(
        about.issue(`context folder ${folder.path} cannot be read`, 'Give yourself the right to read it.'),
      )
    }
  }
  return found
}

function makeFolder({ path, access }: FolderFacts): string {
  if (access === 'read-only' || access === 'unreadable') return `Make it yours: chown or chmod ${path}.`
  if (access === 'not-a-folder') return 'Choose another path, or move the file away.'
  return `Make it: mkdir -p ${path}, then marrow setup.`
}

function describeAccess(access: Access): string {
  switch (access) {
    case 'writable':
      return 'is writable'
    case 'read-only':
      return 'is not writable'
    case 'unreadable':
      return 'cannot be read'
    case 'not-a-folder':
      return 'is not a folder'
    case 'missing':
      return 'does not exist and cannot be made'
    case 'missing-but-makeable':
      return 'does not exist'
  }
}

function isNearlyFull({
  freeBytes,
  totalBytes,
}: {
  readonly freeBytes: number
  readonly totalBytes: number
}): boolean {
  return (
    freeBytes < FREE_BYTES_MIN ||
    (totalBytes > 0 && freeBytes / totalBytes < FREE_SHARE_MIN && freeBytes < 8 * FREE_BYTES_MIN)
  )
}

/** Compares `24.15.0` with `24.15` part by part. */
function isAtLeast(version: string, minimum: string): boolean {
  const [have, need] = [versionParts(version), versionParts(minimum)]
  for (const [index, wanted] of need.entries()) {
    const part = have[index] ?? 0
    if (part !== wanted) return part > wanted
  }
  return true
}

/** What is not a number counts as 0. */
function versionParts(text: string): number[] {
  return text
    .replace(/^v/u, '')
    .split('.')
    .map((part) => Number.parseInt(part, 10) || 0)
}

type Finder = ReturnType<typeof finder>

function finder(subject: string) {
  return {
    issue: (problem: string, fix: string): Finding => ({ subject, problem, fix, level: 'issue' }),
    hint: (problem: string, fix: string): Finding => ({ subject, problem, fix, level: 'hint' }),
  }
}
