/** Reads what each gate prints: which file it complains of, and by which rule. */
import { z } from 'zod'
import { runGate } from './checkout-copy.ts'

/** One complaint, as `<file> <rule>`; sorted, and each pair only once. */
export interface Verdict {
  readonly red: boolean
  readonly complaints: readonly string[]
}

const KnipReport = z.object({ issues: z.array(z.looseObject({ file: z.string() })) })
const KnipFindings = z.array(z.object({ name: z.string() })).catch([])

/** The gates of package.json that read source text. The words after a command change only the form of its output. */
export const gates = {
  types: (copy: string) =>
    judge(copy, 'types', '--pretty false', (output) =>
      [...output.matchAll(/^(\S+)\(\d+,\d+\): error (TS\d+)/gm)].map(([, file, code]) => `${file} ${code}`),
    ),
  lint: (copy: string) =>
    judge(copy, 'lint', '--format unix', (output) =>
      [...output.matchAll(/^(.+?):\d+:\d+: .*\[Error(?:\/[\w-]+\(([\w-]+)\))?\]$/gm)].map(
        ([, file, rule]) => `${file} ${rule ?? 'unused-directive'}`,
      ),
    ),
  'format:check': (copy: string) =>
    judge(copy, 'format:check', '', (output) =>
      [...output.matchAll(/^(\S+\.\w+) \(\d+ms\)$/gm)].map(([, file]) => `${file} format`),
    ),
  deadcode: (copy: string) => judge(copy, 'deadcode', '--no-config-hints --reporter json', readKnip),
}

async function judge(
  copy: string,
  gate: string,
  words: string,
  read: (output: string) => string[],
): Promise<Verdict> {
  const { exitCode, output } = await runGate(copy, gate, words)
  return { red: exitCode !== 0, complaints: [...new Set(read(output))].toSorted() }
}

function readKnip(output: string): string[] {
  const { issues } = KnipReport.parse(JSON.parse(output))
  return issues.flatMap(({ file, ...kinds }) =>
    Object.entries(kinds).flatMap(([kind, found]) =>
      KnipFindings.parse(found).map(({ name }) => `${file} ${kind}${name === file ? '' : `:${name}`}`),
    ),
  )
}
