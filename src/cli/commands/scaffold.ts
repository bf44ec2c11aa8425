import { print, printJson } from '../output.ts'

/** Flags of `marrow scaffold`. */
export interface ScaffoldOptions {
  readonly workspace: string
  readonly configOut: string
  readonly coreDir?: string
  readonly sourceContextDir?: string
  readonly json?: boolean
}

/** `marrow scaffold`: a workspace and a configuration that works at once. */
export async function scaffold(options: ScaffoldOptions): Promise<number> {
  const { scaffold: make } = await import('../../daemon/local/scaffold.ts')
  const { workspace, configOut, coreDir, sourceContextDir } = options
  const made = await make({ workspace, configOut, coreDir, sourceContextDir })
  if (options.json) {
    const { lines: _, leftOut: left_out, ...facts } = made
    printJson({ ...facts, left_out })
  } else print(...made.lines)
  return 0
}
