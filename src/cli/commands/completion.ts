import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { programRoot } from '../../config/load.ts'

/** `marrow completion`: the script that teaches a shell to complete. The parser has seen to it that the shell is known. */
export async function completion(shell: string): Promise<number> {
  process.stdout.write(readFileSync(join(programRoot, 'scripts', 'completion', `marrow.${shell}`)))
  return 0
}
