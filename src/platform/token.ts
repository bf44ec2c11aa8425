// Owns secrets that nobody can guess, and what is kept in their place.
import { createHash, randomBytes } from 'node:crypto'

/** A new one: 256 bits, as 43 characters that need no quoting. */
export function newToken(): string {
  return randomBytes(32).toString('base64url')
}

/** What is kept of a token: 64 hex digits, from which nobody gets back to it. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
