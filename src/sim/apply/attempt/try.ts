// Owns what all attempts of the simulated agent have in common.
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'

/** Tries one thing; what it got, or throws how it was refused. `scratch` is a folder that it may write. */
export type Try = (target: string, scratch: string) => string | Promise<string>

/** It could not even be tried, which proves nothing. The message says what is missing. */
export class NotTried extends Error {}

/** How the system, or a program, refused something: `EROFS`, else its words. */
export function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message
}

/** A name in the scratch folder that nobody uses. */
export function fresh(scratch: string): string {
  return join(scratch, `.attempt-${randomUUID().slice(0, 8)}`)
}
