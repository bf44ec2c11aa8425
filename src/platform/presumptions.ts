import { readFileSync, statSync } from 'node:fs'

const BYTES_MAX = 1_048_576 // Of settings that people write; a larger file is not read here.

/** What must hold of the file at `path`, which is absolute. */
interface Presumed {
  readonly path: string
  readonly must: 'be there' | 'be JSON if it is there'
}

/** Those that do not hold now. */
export function unmetPresumptions<Presumption extends Presumed>(
  presumptions: readonly Presumption[],
): Presumption[] {
  return presumptions.filter(({ path, must }) => {
    const bytes = bytesOf(path)
    if (must === 'be there') return bytes === undefined
    return bytes !== undefined && bytes <= BYTES_MAX && !holdsJson(path)
  })
}

function bytesOf(path: string): number | undefined {
  try {
    const found = statSync(path)
    return found.isFile() ? found.size : undefined
  } catch {
    return undefined
  }
}

/** An empty file holds nothing that could be lost. */
function holdsJson(path: string): boolean {
  try {
    const text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
    if (text.trim() !== '') JSON.parse(text)
    return true
  } catch {
    return false
  }
}
