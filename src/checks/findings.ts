/** Owns what doctor makes of a machine: facts in, findings out, each with what to do about it. */
import { quote } from 'shlex'
import type { Problem } from '../base/errors.ts'
import { namesOf } from '../base/names.ts'
import { agentFindings } from './agent-findings.ts'
import { castFindings } from './cast-findings.ts'
import { daemonFindings } from './daemon-findings.ts'
import { finder, type Finding } from './finding.ts'
import { guardFindings } from './guards.ts'
import { machineFindings } from './machine-findings.ts'
import { notifyFindings } from './notify-findings.ts'
import type { KeptWorktree, Observed } from './observed.ts'
import { stateFindings } from './state-findings.ts'

/** A finding with its place in the list, from 1. */
export interface NumberedFinding extends Finding {
  readonly number: number
}

/** Issues before hints, otherwise in the order of looking: machine, configuration, state, core, agents, daemon. */
export function findings(observed: Observed): NumberedFinding[] {
  const { state, agents, daemon, problems, config } = observed
  const found = [
    ...machineFindings(observed),
    ...configFindings(observed),
    ...notifyFindings(observed.notify),
    ...(state === undefined ? [] : stateFindings(state)),
    ...coreFindings(observed),
    ...observed.roleMistakes.map((mistake) => placed(mistake, 'issue')),
    ...observed.roleWarnings.map((mistake) => placed(mistake, 'hint')),
    ...saidOnce(agents.flatMap(agentFindings)),
    ...observed.guards.flatMap(guardFindings),
    ...observed.cast.flatMap(castFindings),
    ...observed.worktreesKept.map(keptFinding),
    ...daemonFindings(daemon, { config, fileIsRight: problems.length === 0, version: observed.version }),
  ]
  const ordered = [
    ...found.filter(({ level }) => level === 'issue'),
    ...found.filter(({ level }) => level === 'hint'),
  ]
  return ordered.map((finding, index) => ({ number: index + 1, ...finding }))
}

/** What is the same for many agents is one finding about all of them, where the first of them stood. */
function saidOnce(found: readonly Finding[]): Finding[] {
  const alike = Map.groupBy(found, ({ problem, fix, level }) => JSON.stringify([level, problem, fix]))
  return [...alike.values()].flatMap((group) => {
    const [first] = group
    return first === undefined ? [] : [{ ...first, subject: namesOf(group.map(({ subject }) => subject)) }]
  })
}

function configFindings(observed: Observed): Finding[] {
  const { problems, warnings, core, config, configOpen } = observed
  const open = finder(config ?? 'configuration').issue(
    'any user of this machine may change it, and so decide what your agents run',
    `Run: chmod o-w ${quote(config ?? '')}.`,
  )
  return [
    ...problems.map((problem) => placed(problem, 'issue')),
    ...(configOpen ? [open] : []),
    ...warnings
      .filter(({ key }) => core?.exists !== false || key !== 'core_dir')
      .map((warning) => placed(warning, 'hint')),
    ...syncFindings(observed),
  ]
}

function placed({ file, line, key, reason, fix }: Problem, level: Finding['level']): Finding {
  return {
    subject: line === undefined ? file : `${file}:${line}`,
    problem: key === '' ? reason : `${key}: ${reason}`,
    fix: fix ?? 'Correct it in the configuration; every key is in docs/configuration.md.',
    level,
  }
}

function keptFinding({ agent, path, branch, reason, look }: KeptWorktree): Finding {
  const problem = `its worktree ${path} with the branch ${branch} is no longer wanted and is kept: ${reason}`
  return finder(agent).hint(problem, `Look with: ${look}; it goes once nothing in it would be lost.`)
}

function syncFindings({ config, syncEnabled, warnings }: Observed): Finding[] {
  if (!syncEnabled || warnings.some(({ key }) => key.startsWith('sync'))) return []
  const problem = 'sync is enabled, but this version cannot update the core'
  return [
    finder(config ?? 'configuration').hint(
      problem,
      'Set `enabled = false` under [sync], and update the checkout by hand.',
    ),
  ]
}

function coreFindings({ core, warnings, brokenLauncher }: Observed): Finding[] {
  const about = finder('core')
  const found: Finding[] = []
  if (brokenLauncher !== undefined) {
    const problem = `${brokenLauncher} cannot be started, and every run goes through it`
    found.push(about.issue(problem, `Run: chmod +x ${quote(brokenLauncher)}, or install marrow again.`))
  }
  if (core === undefined) return found
  if (!core.exists) {
    const problem = `core_dir ${core.path} does not exist`
    return [...found, about.issue(problem, 'Correct core_dir, or remove the key.')]
  }
  if (core.rulesProblem !== undefined) {
    found.push(about.issue(core.rulesProblem, 'Make it a text file that you may read, or move it away.'))
  } else if (!core.hasRules && !warnings.some(({ key }) => key === 'core_dir')) {
    const fix =
      'Point core_dir at a marrow checkout, or write prompts/rules.md there; until then prompts have no core rules.'
    found.push(about.hint(`the core ${core.path} has no prompts/rules.md`, fix))
  }
  return found
}
