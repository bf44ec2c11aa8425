/** Owns by what a file that waits is told from the same one that was written again. */
import { digest } from './digest.ts'

/** Differs when the file was changed: by its size and the time of its last change, in epoch ms. */
export function fingerprintOf({
  bytes,
  modifiedAt,
}: {
  readonly bytes: number
  readonly modifiedAt: number
}): string {
  return digest(`${bytes} ${modifiedAt}`)
}
