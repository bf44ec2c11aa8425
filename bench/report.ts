/** Owns what a benchmark says, when that is a failure, and how it is shown. */

/** One figure, with what it is compared to. */
export interface Figure {
  readonly name: string
  readonly unit: 'µs' | 'ms' | 'MiB' | 'MB/s' | '/s' | '% of a core'
  readonly subject: number
  /** The same measured in the same run without marrow; null where there is nothing to compare to. */
  readonly baseline: number | null
  /** The largest `subject / baseline` that is good enough. Missing it fails the whole run. */
  readonly ratioMax?: number
  /** The smallest `subject / baseline` that is good enough, for figures of which more is better. */
  readonly ratioMin?: number
  /** The largest `subject` that is good enough on a machine of its own; shown only, for this one may be shared. */
  readonly subjectMax?: number
}

/** A figure that has been judged. */
export interface Judged extends Figure {
  readonly ratio: number | null
  readonly ratioAim: 'met' | 'missed' | 'none'
  readonly subjectAim: 'met' | 'missed' | 'none'
}

/** Compares a figure with its aims. A figure that could not be measured (NaN) misses them. */
export function judge(figure: Figure): Judged {
  const { subject, baseline, ratioMax, ratioMin, subjectMax } = figure
  const ratio = baseline === null || baseline === 0 ? null : subject / baseline
  return {
    ...figure,
    ratio,
    ratioAim: ratioVerdict(ratio ?? Number.NaN, ratioMax, ratioMin),
    subjectAim: subjectMax === undefined ? 'none' : verdict(subject <= subjectMax),
  }
}

/** Lines of a table: one per figure, its aims beside it. */
export function tableOf(figures: readonly Judged[]): string[] {
  const head = ['', 'marrow', 'baseline', 'ratio', 'aim', '']
  const rows = figures.map((figure) => [
    figure.name,
    amount(figure.subject, figure.unit),
    figure.baseline === null ? '-' : amount(figure.baseline, figure.unit),
    figure.ratio === null ? '-' : `${figure.ratio.toFixed(2)}x`,
    aimsOf(figure),
    verdictOf(figure),
  ])
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)))
  const line = (row: string[]) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return column >= 1 && column <= 3 ? cell.padStart(width) : cell.padEnd(width)
      })
      .join('  ')
      .trimEnd()
  return [head, ...rows].map(line)
}

function ratioVerdict(
  ratio: number,
  most: number | undefined,
  least: number | undefined,
): Judged['ratioAim'] {
  if (most !== undefined) return verdict(ratio <= most)
  return least === undefined ? 'none' : verdict(ratio >= least)
}

function verdict(isGood: boolean): 'met' | 'missed' {
  return isGood ? 'met' : 'missed'
}

function amount(value: number, unit: Figure['unit']): string {
  const digits = value >= 100 ? 0 : value >= 10 ? 1 : 2
  return `${value.toFixed(digits)} ${unit === '% of a core' ? '%' : unit}`
}

function aimsOf({ ratioMax, ratioMin, subjectMax, unit }: Figure): string {
  if (ratioMin !== undefined) return `at least ${round(ratioMin)}x`
  const aims = [
    ...(ratioMax === undefined ? [] : [`${round(ratioMax)}x`]),
    ...(subjectMax === undefined ? [] : [`${subjectMax} ${unit}`]),
  ]
  return aims.length === 0 ? '' : `at most ${aims.join(', ')}`
}

function round(ratio: number): number {
  return Math.round(ratio * 100) / 100
}

/** Only a missed ratio is a failure: what an absolute figure says depends on the machine and on who else uses it. */
function verdictOf({ ratioAim, subjectAim }: Judged): string {
  if (ratioAim === 'missed') return 'FAILED'
  if (subjectAim === 'missed') return 'over its aim'
  return ratioAim === 'met' || subjectAim === 'met' ? 'ok' : ''
}
