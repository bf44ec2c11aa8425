import { counted } from '../../base/numbers.ts'
import { plain, plainLines } from '../../base/plain.ts'
import type { NumberedFinding } from '../../checks/findings.ts'
import { searchOf, type CommonOptions } from '../connection.ts'
import { print, printJson } from '../output.ts'

/**
 * `marrow doctor`: what stands in the way of work on this machine. 1 when something does, 2 when the configuration
 * cannot be used; hints alone are no issue.
 */
export async function doctor(options: CommonOptions & { readonly json?: boolean }): Promise<number> {
  const { doctor: look } = await import('../../daemon/local/doctor.ts')
  const { findings, configIsUsable } = await look(searchOf(options))
  const issues = findings.filter(({ level }) => level === 'issue').length
  const count = `${counted(issues, 'problem')}, ${counted(findings.length - issues, 'hint')}`
  if (options.json) printJson({ ok: issues === 0, findings })
  else if (issues === 0) print(...findings.flatMap(lines), `${count}: DOCTOR OK`)
  else {
    const said = [`DOCTOR: ${issues} issue(s) found:`, ...findings.flatMap(lines), count]
    process.stderr.write(`${said.join('\n')}\n`)
  }
  if (!configIsUsable) return 2
  return issues === 0 ? 0 : 1
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
