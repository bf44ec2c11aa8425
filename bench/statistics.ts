/** Owns the few numbers that a series of measurements is reduced to. */

/** The value below which `fraction` of the series lies, by the nearest rank; NaN for an empty series. */
export function quantile(series: readonly number[], fraction: number): number {
  const sorted = series.toSorted((one, other) => one - other)
  return sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? Number.NaN
}

/** The middle of a series: on a shared machine it says more than the mean, which one slow moment can double. */
export function median(series: readonly number[]): number {
  return quantile(series, 0.5)
}
