// Owns what the simulated agent does when it tries to get out. What it does really happens where nothing prevents it.
import type { Technique } from '../../isolation/techniques.ts'
import type { Claim } from '../../isolation/report.ts'
import { tryFile } from './attempt/files.ts'
import { tryMachine } from './attempt/machine.ts'
import { tryProcess } from './attempt/processes.ts'
import { tryProgram } from './attempt/programs.ts'
import { trySocket } from './attempt/sockets.ts'
import { codeOf, NotTried, type Try } from './attempt/try.ts'

const tries: Readonly<Record<Technique, Try>> = {
  ...tryFile,
  ...tryMachine,
  ...tryProcess,
  ...tryProgram,
  ...trySocket,
}

/** Tries one way out. Never throws: how it was refused is the result. `scratch` is a folder that it may write. */
export async function tryOut(does: Technique, target: string, scratch: string): Promise<Claim> {
  try {
    return { said: 'did', detail: await tries[does](target, scratch) }
  } catch (error) {
    if (error instanceof NotTried) return { said: 'skipped', detail: error.message }
    return { said: 'refused', detail: codeOf(error) }
  }
}
