/** Flags of `marrow demo`. */
export interface DemoOptions {
  readonly folder?: string
  readonly json?: boolean
  readonly keep?: boolean
}

/** `marrow demo`: a small world of its own, with the simulated agent at work in it. */
export async function demo(options: DemoOptions): Promise<number> {
  const { demo: play } = await import('../../daemon/local/demo.ts')
  const { folder, json = false, keep = false } = options
  return await play({ folder, json, keep })
}
