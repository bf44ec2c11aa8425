/** One key as its reader meets it. `range` is inclusive: a number outside is clamped to it with a warning. */
export interface Key {
  readonly type: string
  readonly default: string
  readonly range?: readonly [number, number]
  readonly rule?: string
  /** How it is written, for a key that has no default. */
  readonly example?: string
  readonly meaning: string
}
