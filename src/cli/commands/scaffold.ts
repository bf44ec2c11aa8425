import { print } from '../output.ts'

/** Flags of `marrow scaffold`. */
export interface ScaffoldOptions {
  readonly workspace: string
  readonly configOut: string
  readonly coreDir?: string
  readonly sourceContextDir?: string
}

/** `marrow scaffold`: a workspace and a configuration that works at once. */
export async function scaffold(options: ScaffoldOptions): Promise<number> {
  const { scaffold: make } = await import('../../daemon/local/scaffold.ts')
  const { workspace, configOut, coreDir, sourceContextDir } = options
  const lines = await make({ workspace, configOut, coreDir, sourceContextDir })
  print(...lines)
  return 0
}
