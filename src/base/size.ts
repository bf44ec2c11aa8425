// Sizes in bytes, as people write and read them.

const units = ['KiB', 'MiB', 'GiB', 'TiB'] as const

/** Bytes of `64KB`, `1GB`, `1MiB`, `500`; undefined for anything else. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d{1,12})(?:([KMGT])(i?)B)?$/i.exec(text.trim())
  if (match === null) return undefined
  const [, digits = '', unit = '', binary = ''] = match
  const power = ' KMGT'.indexOf(unit.toUpperCase() || ' ')
  return Number(digits) * (binary === '' ? 1_000 : 1_024) ** power
}

/** `512MiB`, `1.5GiB`: the largest unit of which there is at least one, with at most one decimal. */
export function formatSize(bytes: number): string {
  let [value, unit]: [number, string] = [bytes, 'B']
  for (const next of units) {
    if (value < 1_024) break
    value /= 1_024
    unit = next
  }
  return `${Math.round(value * 10) / 10}${unit}`
}
