/** Owns how tests read what agents were sent. */
import { readFile } from 'node:fs/promises'
import { folderOf } from '../../src/daemon/core.ts'
import { runPaths } from '../../src/runner/folder.ts'
import type { LiveDaemon } from './daemon.ts'

/** The prompts of an agent's runs, oldest first. */
export async function promptsOf(daemon: LiveDaemon, agent: string): Promise<string[]> {
  const runs = (await daemon.runs()).filter((run) => run.agent === agent)
  return Promise.all(
    runs.map(({ id }) => readFile(runPaths(folderOf(daemon.core.config, id)).prompt, 'utf8')),
  )
}
