/** Owns the few numbers that a series of measurements is reduced to. */

/** The value below which `fraction` of the series lies, by the nearest rank; NaN for an empty series. */
export function quantile(series: readonly number[], fraction: number): number {
  const sorted = series.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? Number.NaN
}

/** The mean of the middle half: of times in whole ms it says more than the median, which can only be a whole number. */
export function middleMean(series: readonly number[]): number {
  const sorted = series.toSorted((one, other) => one - other)
  const middle = sorted.slice(Math.floor(sorted.length / 4), Math.ceil((3 * sorted.length) / 4))
  return middle.reduce((sum, value) => sum + value, 0) / middle.length
}

/** The middle of a series: on a shared machine it says more than the mean, which one slow moment can double. */
export function median(series: readonly number[]): number {
  return quantile(series, 0.5)
}
