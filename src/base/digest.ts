import { createHash } from 'node:crypto'

/** The first 16 hex digits of the SHA-256 of `data`: enough to tell contents apart, short enough to show. */
export function digest(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 16)
}

/** The whole SHA-256 of `data` in hex, for what must not be made to match by trying. */
export function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}
