// Owns how the bytes of a file become text, or the reason why they do not.
import type { FileContent } from '../parse.ts'

/** Bytes that are too many, or no text, are a reason. */
export function contentOf(bytes: Uint8Array, bytesMax: number): FileContent {
  if (bytes.length > bytesMax) return unreadable(`has more than ${bytesMax} bytes.`, 'Shorten it.')
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) }
  } catch {
    return unreadable('is not UTF-8 text.', 'Save it as UTF-8.')
  }
}

export function unreadable(reason: string, fix: string): FileContent {
  return { kind: 'unreadable', reason, fix }
}
