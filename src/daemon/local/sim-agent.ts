/** Plays an agent CLI in this process: `marrow sim agent`. */
import { runSimulatedAgent } from '../../sim/run.ts'

/** `words` are those after `marrow sim agent`; resolves to the exit code. */
export async function simAgent(words: string[]): Promise<number> {
  return runSimulatedAgent(words, process.env)
}
