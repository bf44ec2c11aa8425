/** Owns reading the text format of Prometheus as strictly as its rules are: what is against them throws. */

/** The value of each series, by `name{label="value"}`. */
export type Exposition = ReadonlyMap<string, number>

const number = String.raw`(?:[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]Inf|NaN)`
const label = String.raw`[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"`
const sampleLine = new RegExp(`^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(${label}(?:,${label})*)\\})? (${number})$`)
const typeLine = /^# TYPE (\S+) (counter|gauge|histogram)$/

/** Reads a whole answer: families in one piece with HELP and TYPE before them, no series twice, buckets that add up. */
export function readExposition(text: string): Exposition {
  if (!text.endsWith('\n')) throw new Error('The last line does not end.')
  const found = new Map<string, number>()
  const types = new Map<string, string>()
  const lines = text.split('\n').slice(0, -1)
  let [helped, family] = ['', '']
  for (const line of lines) {
    if (line === '') continue
    const [, helpOf] = /^# HELP (\S+) \S.*$/.exec(line) ?? []
    const [, typeOf, type] = typeLine.exec(line) ?? []
    if (helpOf !== undefined) helped = helpOf
    else if (typeOf !== undefined && type !== undefined) {
      if (typeOf !== helped || types.has(typeOf)) throw new Error(`Not a family in one piece: ${line}`)
      types.set(typeOf, type)
      family = typeOf
    } else {
      const [, name = '', labels, value] = sampleLine.exec(line) ?? []
      const suffix = types.get(family) === 'histogram' ? /^_(?:bucket|sum|count)$/ : /^$/
      if (value === undefined || !name.startsWith(family) || !suffix.test(name.slice(family.length)))
        throw new Error(`Not a sample of ${family}: ${line}`)
      const series = labels === undefined ? name : `${name}{${labels}}`
      if (found.has(series)) throw new Error(`Twice: ${series}`)
      found.set(series, Number(value.replace('Inf', 'Infinity')))
    }
  }
  for (const [name, type] of types) if (type === 'histogram') checkBuckets(found, name)
  return found
}

function checkBuckets(found: Exposition, name: string): void {
  let last = 0
  for (const [series, value] of found) {
    if (!series.startsWith(`${name}_bucket{`)) continue
    if (value < last) throw new Error(`Buckets do not add up: ${series}`)
    last = value
    if (!series.includes('le="+Inf"')) continue
    const rest = series
      .replace(/^[^{]*\{/, '')
      .replace(/\}$/, '')
      .split(',')
      .filter((part) => part !== 'le="+Inf"')
    const count = found.get(rest.length === 0 ? `${name}_count` : `${name}_count{${rest.join(',')}}`)
    if (count !== value) throw new Error(`The last bucket is not the count: ${series}`)
    last = 0
  }
}

/** What changed from one scrape to the next, without gauges and without the inside of histograms. */
export function growth(before: Exposition, after: Exposition): Record<string, number> {
  const counts = /^marrow_\w+(?:_total|_count)(?:\{|$)/
  return Object.fromEntries(
    [...after]
      .filter(([series]) => counts.test(series))
      .map(([series, value]): [string, number] => [series, value - (before.get(series) ?? 0)])
      .filter(([, grown]) => grown !== 0),
  )
}
