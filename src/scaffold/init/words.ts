/** Owns the reading of a command that a person typed. */
import { split } from 'shlex'

/** Its words as a POSIX shell has them; undefined when a quote is not closed. */
export function parse(command: string): readonly string[] | undefined {
  try {
    return split(command)
  } catch {
    return undefined
  }
}
