/** Owns what doctor says of guards: what keeps the runs of each agent from starting agents that their role does not name. */
import { quote } from 'shlex'
import type { GuardState } from '../runner/guard.ts'
import { missingGuards } from '../runner/guard.ts'
import { finder, type Finding } from './finding.ts'

/** How the role of an agent is guarded. */
export interface GuardFacts {
  readonly agent: string
  /** By id. */
  readonly role: string
  readonly by:
    /** `guard` holds wherever the role does. */
    | { readonly kind: 'role'; readonly guard: string }
    /** Each run has to show `guard`; undefined: none has been started with it. */
    | { readonly kind: 'proof'; readonly guard: string; readonly last: LastProof | undefined }
    /** The role is a part of the prompt: a request. A reason without full stop. */
    | { readonly kind: 'nothing'; readonly reason: string }
    /** It has to be given natively and cannot be. */
    | { readonly kind: 'refused'; readonly reason: string; readonly fix: string | undefined }
}

/** What the newest run that was asked for it showed. */
export interface LastProof {
  readonly run: string
  readonly state: GuardState
}

/** One line for people, behind the agent's name. */
export function describeGuard({ role, by }: GuardFacts): string {
  switch (by.kind) {
    case 'role':
      return `${role}, guarded by ${by.guard}, wherever the role is`
    case 'proof':
      return `${role}, guarded by ${by.guard}: ${describeProof(by.last)}`
    case 'nothing':
      return `${role}, not guarded: ${by.reason}`
    case 'refused':
      return `${role}, not started: ${by.reason}`
  }
}

function describeProof(last: LastProof | undefined): string {
  switch (last?.state) {
    case undefined:
      return 'not proven yet, no run was started so'
    case 'asked':
      return `not shown yet by ${last.run}`
    case 'proven':
      return `proven by ${last.run}`
    case 'missing':
      return `not in force in ${last.run}`
  }
}

/** What the operator has to do about it. That a role is a part of the prompt is a choice, and no finding. */
export function guardFindings({ agent, by }: GuardFacts): Finding[] {
  const about = finder(agent)
  if (by.kind === 'refused') return [about.issue(by.reason, by.fix ?? 'Correct agent_command or role_via.')]
  if (by.kind !== 'proof' || by.last?.state !== 'missing') return []
  const problem = `its guards were not in force in ${by.last.run}: ${missingGuards}`
  const fix = `Take disableAllHooks out of the settings of its CLI, or trust its folder there once; then: marrow run-once ${quote(agent)}.`
  return [about.issue(problem, fix)]
}
