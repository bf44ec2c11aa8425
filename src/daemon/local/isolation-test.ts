/** Tests whether the wall of this machine keeps runs in, as the daemon does before it starts anything behind it. */
import { MarrowError } from '../../base/errors.ts'
import { loadConfig } from '../../config/load.ts'
import type { Search } from '../../config/search.ts'
import { findWall } from '../../isolation/observe.ts'
import { unusable, type WallReport } from '../../isolation/report.ts'
import { testWall } from '../../isolation/run.ts'
import { installedProgram } from '../here.ts'
import { wallTest } from '../steps/wall.ts'

/** What came of it, and what was tested; `by` is undefined where this machine offers nothing. */
export interface IsolationTest {
  readonly by: 'bubblewrap' | 'seatbelt' | undefined
  readonly report: WallReport
}

/** Needs no configuration; with one it tests what the agents of that one need. Throws CONFIG_INVALID. */
export async function testIsolation(search: Search, signal: AbortSignal): Promise<IsolationTest> {
  const wall = await findWall(process.env['PATH'] ?? '', signal)
  if (wall.kind === 'none') return { by: undefined, report: unusable(wall.reason, wall.fix) }
  const ground = { program: installedProgram(), env: process.env, agents: [] }
  const test = { ...wallTest(wall, ground), network: await isNetworkAlwaysOn(search) }
  return { by: wall.kind, report: await testWall(test, signal) }
}

/** Without a configuration nobody is known to need the network, so that more is tested. */
async function isNetworkAlwaysOn(search: Search): Promise<boolean> {
  try {
    const { agents } = await loadConfig(search)
    return agents.every(({ isolation }) => isolation.network)
  } catch (error) {
    if (error instanceof MarrowError && error.code === 'CONFIG_MISSING') return false
    throw error
  }
}
