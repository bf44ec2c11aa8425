// Owns what the simulated agent remembers from run to run: one small file in its notes.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

interface Memory {
  readonly runs: number
  /** Runs spent on each unfinished task, by file name. */
  readonly tasks: Readonly<Record<string, number>>
}

/** Without notes nothing is remembered: every run is the first. */
export class SimStore {
  readonly #notes: string | undefined

  constructor(notes: string | undefined) {
    this.#notes = notes
  }

  /** The number of this run, from 1. */
  async countRun(): Promise<number> {
    const memory = await this.#read()
    await this.#write({ ...memory, runs: memory.runs + 1 })
    return memory.runs + 1
  }

  /** How many runs, this one included, have worked on the task. */
  async countTask(file: string): Promise<number> {
    const memory = await this.#read()
    const count = (memory.tasks[file] ?? 0) + 1
    await this.#write({ ...memory, tasks: { ...memory.tasks, [file]: count } })
    return count
  }

  async forgetTask(file: string): Promise<void> {
    const memory = await this.#read()
    const { [file]: spent, ...tasks } = memory.tasks
    if (spent !== undefined) await this.#write({ ...memory, tasks })
  }

  async #read(): Promise<Memory> {
    if (this.#notes === undefined) return { runs: 0, tasks: {} }
    try {
      // Written by ourselves alone, and whole.
      const memory: Memory = JSON.parse(await readFile(join(this.#notes, 'simulated-agent.json'), 'utf8'))
      return memory
    } catch {
      return { runs: 0, tasks: {} }
    }
  }

  async #write(memory: Memory): Promise<void> {
    if (this.#notes === undefined) return
    const path = join(this.#notes, 'simulated-agent.json')
    await mkdir(this.#notes, { recursive: true })
    await writeFile(`${path}.tmp`, JSON.stringify(memory))
    await rename(`${path}.tmp`, path)
  }
}
