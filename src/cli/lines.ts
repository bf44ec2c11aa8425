/** Owns how a stream of text becomes lines. */
import { BODY_BYTES_MAX } from '../ipc/address.ts'

/** The lines of a text that comes in parts, without empty ones; undefined stands for one that is longer than a request may be. */
export async function* linesOf(parts: AsyncIterable<string>): AsyncGenerator<string | undefined> {
  let open = ''
  let isTooLong = false
  for await (const part of parts) {
    const lines = `${open}${part}`.split('\n')
    open = lines.pop() ?? ''
    for (const line of lines) {
      if (isTooLong || line.length > BODY_BYTES_MAX) yield undefined
      else if (line.trim() !== '') yield line
      isTooLong = false
    }
    if (open.length <= BODY_BYTES_MAX) continue
    isTooLong = true
    open = ''
  }
  if (isTooLong) yield undefined
  else if (open.trim() !== '') yield open
}
