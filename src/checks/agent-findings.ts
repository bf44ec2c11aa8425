/** Owns what doctor makes of one agent: its folders, its program, its role, its context providers. */
import { quote } from 'shlex'
import { cliAgentFindings } from './cli-agent-findings.ts'
import { cliFindings } from './cli-findings.ts'
import { describeAccess, makeFolder } from './folders.ts'
import { finder, type Finder, type Finding } from './finding.ts'
import type { AgentFacts, GitFacts } from './observed.ts'

export function agentFindings(agent: AgentFacts): Finding[] {
  const about = finder(agent.name)
  return [
    ...folderFindings(about, agent),
    ...agent.obstacles.map(({ problem, fix }) => about.issue(problem, fix)),
    ...worktreeFindings(about, agent),
    ...gitFindings(about, agent.workDir.path, agent.git),
    // While it is not started, its context providers are not either.
    ...(agent.standing.kind === 'held' ? [] : providerFindings(about, agent)),
    ...(agent.program.found ? [] : [programFinding(about, agent.program.word)]),
    ...agent.presumed.map((problem) => about.issue(problem, 'Write that file, or correct agent_command.')),
    ...(agent.cli === undefined ? [] : cliFindings(about, agent.cli)),
    ...(agent.cliAgent === undefined ? [] : cliAgentFindings(about, agent.cliAgent)),
    ...isolationFindings(about, agent),
    ...agent.unkeptLimits.map(({ problem, fix }) => about.issue(problem, fix)),
    ...roleFindings(about, agent),
    ...gateFindings(about, agent),
  ]
}

function isolationFindings(about: Finder, { standing }: AgentFacts): Finding[] {
  const look =
    'See what a run sees with: marrow isolation show AGENT; and what it could do with: marrow isolation test.'
  switch (standing.kind) {
    case 'held':
      return standing.testing ? [] : [about.issue(`it is not started: ${standing.reason}`, look)]
    case 'open':
      return standing.missing.map((phrase) =>
        about.hint(`its runs are not isolated: ${phrase}`, standing.fix ?? look),
      )
    case 'walled':
      return standing.missing.map((phrase) => about.hint(`its runs are isolated, but ${phrase}`, look))
  }
}

function folderFindings(about: Finder, { workspace, workDir, contextDirs }: AgentFacts): Finding[] {
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
    if (['missing', 'missing-but-makeable', 'not-a-folder'].includes(folder.access)) {
      const problem = `context folder ${folder.path} ${describeAccess(folder.access)}`
      found.push(about.issue(problem, makeFolder(folder)))
    }
    if (folder.access === 'unreadable') {
      const problem = `context folder ${folder.path} cannot be read`
      found.push(about.issue(problem, 'Give yourself the right to read it.'))
    }
  }
  return found
}

function worktreeFindings(about: Finder, { worktreeProblem: problem }: AgentFacts): Finding[] {
  if (problem === undefined) return []
  return [about.issue(problem, 'Write its top folder as work_dir, or take worktree = true away.')]
}

function gitFindings(about: Finder, workDir: string, git: GitFacts | undefined): Finding[] {
  if (git === undefined) return []
  if (git.refusal !== undefined) {
    const fix = `Make its folder yours, or run: git config --global --add safe.directory ${quote(workDir)}.`
    return [about.issue(`git refuses to work in ${workDir}: ${git.refusal}`, fix)]
  }
  if (git.identity) return []
  const fix =
    'Run: git config --global user.name NAME, and user.email ADDRESS; or set GIT_AUTHOR_NAME and its like in env.'
  return [about.hint(`commits in ${workDir} have no author: git knows no name and address`, fix)]
}

function providerFindings(about: Finder, agent: AgentFacts): Finding[] {
  const unable = agent.contextFiles.filter(({ executable }) => !executable)
  return [
    ...unable.map(({ path }) =>
      about.issue(`${path} is not executable`, `Run: chmod +x ${quote(path)}, or move it away.`),
    ),
    ...agent.failedProviders.map(({ path, reason }) =>
      about.issue(
        `context provider ${path} fails: ${reason}`,
        `Run it by hand in ${agent.workspace.path}, mend it, or move it away.`,
      ),
    ),
    ...agent.skipped.map(({ path, reason }) =>
      about.hint(`${path} is not run: ${reason}`, 'Rename it, list it in context_replace, or move it away.'),
    ),
  ]
}

function programFinding(about: Finder, word: string): Finding {
  if (!word.includes('/')) {
    const problem = `the program ${word} is not on the PATH of its runs`
    return about.issue(problem, 'Install it, or write its absolute path in agent_command.')
  }
  return about.issue(`${word} is not a program that can be started`, 'Correct agent_command, or chmod +x it.')
}

function roleFindings(about: Finder, { role }: AgentFacts): Finding[] {
  if (role === undefined) return []
  const { name, folders, meaning } = role
  switch (meaning.kind) {
    case 'found':
      return []
    case 'missing': {
      const file = `${folders[0] ?? ''}/${name.replace(/\.md$/u, '')}.md`
      const problem = `the role ${name} has no file below ${folders.join(' or ')}`
      return [about.issue(problem, `Write ${file}, or correct the role key.`)]
    }
    case 'wrong': {
      // Each mistake is a finding of its own, about the file.
      const problem = `it is not started: its role ${name} has ${countOf(meaning.mistakes.length)}`
      return [about.issue(problem, `Correct ${meaning.path}.`)]
    }
    case 'ambiguous': {
      const problem = `its role ${name} is the name of several: ${meaning.ids.join(', ')}`
      return [about.issue(problem, 'Write one of these ids as its role.')]
    }
    case 'custom': {
      const problem = `its role ${name} is a custom role, which agents may write`
      return [about.issue(problem, `Name a role of ${folders.join(' or ')}.`)]
    }
  }
}

function countOf(mistakes: number): string {
  return mistakes === 1 ? 'a mistake' : `${mistakes} mistakes`
}

function gateFindings(about: Finder, { gateWritten }: AgentFacts): Finding[] {
  if (gateWritten) return []
  const fix = 'Add gate = "changed": idle slots then cost nothing.'
  return [about.hint('has no `gate` key: every slot starts a run', fix)]
}
