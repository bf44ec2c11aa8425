import { counted } from '../../base/numbers.ts'
import { plain, plainLines } from '../../base/plain.ts'
import { describeGuard, type GuardFacts } from '../../checks/guards.ts'
import type { NumberedFinding } from '../../checks/findings.ts'
import { searchOf, type CommonOptions } from '../connection.ts'
import { print, printJson } from '../output.ts'

/**
 * `marrow doctor`: what stands in the way of work on this machine. 1 when something does, 2 when the configuration
 * cannot be used; hints alone are no issue.
 */
export async function doctor(options: CommonOptions & { readonly json?: boolean }): Promise<number> {
  const { doctor: look } = await import('../../daemon/local/doctor.ts')
  const { findings, guards, configIsUsable } = await look(searchOf(options))
  const issues = findings.filter(({ level }) => level === 'issue').length
  const count = `${counted(issues, 'problem')}, ${counted(findings.length - issues, 'hint')}`
  if (options.json) printJson({ ok: issues === 0, findings, guards: guards.map(guardView) })
  else if (issues === 0) print(...guardLines(guards), ...findings.flatMap(lines), `${count}: DOCTOR OK`)
  else {
    const said = [`DOCTOR: ${issues} issue(s) found:`, ...findings.flatMap(lines), count]
    print(...guardLines(guards))
    process.stderr.write(`${said.join('\n')}\n`)
  }
  if (!configIsUsable) return 2
  return issues === 0 ? 0 : 1
}

/** What each agent with a role is kept by, before what is wrong. */
function guardLines(guards: readonly GuardFacts[]): string[] {
  if (guards.length === 0) return []
  return ['Guards:', ...guards.map((one) => `  ${plain(one.agent)}: ${plain(describeGuard(one))}`), '']
}

function guardView(one: GuardFacts) {
  const { agent, role, by } = one
  return {
    agent,
    role,
    guard: by.kind === 'role' || by.kind === 'proof' ? by.guard : null,
    state: by.kind === 'proof' ? (by.last?.state ?? 'asked') : by.kind === 'role' ? 'in-force' : 'none',
    run: by.kind === 'proof' ? (by.last?.run ?? null) : null,
    about: describeGuard(one),
  }
}

function lines({ number, level, subject, problem, fix }: NumberedFinding): string[] {
  // A mistake in the syntax brings the place in the file, drawn over several lines.
  const [first = '', ...more] = plainLines(problem).trimEnd().split('\n')
  const mark = level === 'hint' ? 'hint: ' : ''
  return [
    `${String(number).padStart(3)}. ${mark}${plain(subject)}: ${first}`,
    ...more.map((line) => `     ${line}`),
    `     Fix: ${plain(fix)}`,
  ]
}
