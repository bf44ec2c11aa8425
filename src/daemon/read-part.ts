import { closeSync, fstatSync, openSync, readSync } from 'node:fs'

/** A part of a file as text, and where to read on. */
export interface FilePart {
  readonly text: string
  readonly nextOffset: number
  readonly size: number
}

/**
 * From `offset` (bytes; negative counts from the end) at most `limit` bytes; empty when there is no such file. While it
 * `grows`, a character that is not whole at its end is left for the next part.
 */
export function readPart(path: string, offset: number, limit: number, grows: boolean): FilePart {
  let file: number
  try {
    file = openSync(path, 'r')
  } catch {
    return { text: '', nextOffset: Math.max(0, offset), size: 0 }
  }
  try {
    const { size } = fstatSync(file)
    const from = offset < 0 ? Math.max(0, size + offset) : Math.min(offset, size)
    const bytes = Buffer.alloc(Math.min(limit, size - from))
    const count = readSync(file, bytes, 0, bytes.length, from)
    const whole = wholeCharacters(bytes.subarray(0, count), !grows && from + count >= size)
    return { text: bytes.toString('utf8', 0, whole), nextOffset: from + whole, size }
  } finally {
    closeSync(file)
  }
}

/** A character that the limit cuts in two is left for the next part. */
function wholeCharacters(bytes: Buffer, atEnd: boolean): number {
  if (atEnd) return bytes.length
  for (let back = 1; back <= Math.min(4, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) return bytes.length
    if (byte >= 0xc0) return back < lengthOf(byte) ? bytes.length - back : bytes.length
  }
  return bytes.length
}

function lengthOf(first: number): number {
  if (first >= 0xf0) return 4
  return first >= 0xe0 ? 3 : 2
}
