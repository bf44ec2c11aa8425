/** Owns what doctor makes of the agent that a run is for its agent CLI. */
import { plain } from '../base/plain.ts'
import type { Finder, Finding } from './finding.ts'
import type { CliAgentFacts } from './observed.ts'

/** opencode takes another agent where it does not know the one that is named, with full rights and exit code 0. */
export function cliAgentFindings(about: Finder, facts: CliAgentFacts): Finding[] {
  const { role = '' } = facts
  switch (facts.kind) {
    case 'contradicted':
      return [
        about.issue(
          `${facts.written} in agent_command names another agent than its role ${role}`,
          `Leave it out, or write --agent ${facts.known}.`,
        ),
      ]
    case 'refused':
      return [about.issue(facts.reason.replace(/\.$/, ''), facts.fix)]
    case 'asked':
      return askedFindings(about, facts)
  }
}

function askedFindings(about: Finder, facts: Extract<CliAgentFacts, { kind: 'asked' }>): Finding[] {
  const { adapter, name, native, answer } = facts
  if (answer.kind === 'silent') {
    const problem = `${adapter} does not say whether it knows the agent ${name}: ${answer.reason}`
    return [
      about.hint(
        problem,
        `Ask it in the work_dir yourself: ${adapter === 'opencode' ? 'opencode agent list' : adapter}`,
      ),
    ]
  }
  if (answer.names.includes(name)) return []
  const known = answer.names.map(plain).join(', ') || 'none'
  const problem = `${adapter} knows no agent ${name} that a run can be; it knows: ${known}`
  const fix = native
    ? `Set role_via = "prompt" for it, and see whether this version of ${adapter} is one that marrow is tested with.`
    : `Correct --agent; a role of marrow is given to each run by role = "NAME" instead, or cast into its workspace by: marrow role cast.`
  return [about.issue(problem, fix)]
}
