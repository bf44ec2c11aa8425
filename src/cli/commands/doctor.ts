import type { Finding } from '../../checks/findings.ts'
import { configPathOf, type CommonOptions } from '../connection.ts'
import { print, printJson } from '../output.ts'

/** `marrow doctor`: what stands in the way of work on this machine. 1 when something does; hints alone are no issue. */
export async function doctor(options: CommonOptions & { readonly json?: boolean }): Promise<number> {
  const { doctor: look } = await import('../../daemon/local/doctor.ts')
  const found = await look({ configPath: configPathOf(options) })
  const issues = found.filter(({ level }) => level === 'issue')
  const hints = found.filter(({ level }) => level === 'hint')
  if (options.json) printJson({ ok: issues.length === 0, findings: found })
  else {
    print(...hints.flatMap((hint) => [`hint: ${told(hint)}`, `      ${hint.fix}`]))
    if (issues.length === 0) print('DOCTOR OK')
    else process.stderr.write(`${issueLines(issues).join('\n')}\n`)
  }
  return issues.length === 0 ? 0 : 1
}

function issueLines(issues: readonly Finding[]): string[] {
  return [
    `DOCTOR: ${issues.length} issue(s) found:`,
    ...issues.flatMap((issue, index) => [`  ${index + 1}. ${told(issue)}`, `     Fix: ${issue.fix}`]),
  ]
}

function told({ subject, problem }: Finding): string {
  return `${subject}: ${problem}`
}
