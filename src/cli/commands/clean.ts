import { parseDuration } from '../../base/duration.ts'
import { MarrowError } from '../../base/errors.ts'
import { byteCount } from '../../base/numbers.ts'
import { plain } from '../../base/plain.ts'
import type { CleanItem } from '../../ipc/protocol/clean.ts'
import type { RequestOf, ResultOf } from '../../ipc/protocol/table.ts'
import { canAsk, confirm } from '../confirm.ts'
import { connect, isNobody, type CommonOptions, type Connection } from '../connection.ts'
import { print, printJson } from '../output.ts'

/** Flags of `marrow clean`. */
export interface CleanOptions extends CommonOptions {
  /** A duration. */
  readonly older?: string
  /** The whole state of the configuration. */
  readonly all?: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

const CLEAN_MS_MAX = 120_000 // Thousands of folders on a slow disk.

/** `marrow clean`: lists what is no longer needed, and removes it when somebody says yes. */
export async function clean(options: CleanOptions): Promise<number> {
  const { yes = false, json = false } = options
  const found = await find(options)
  const { items } = found
  if (json) {
    printJson(yes ? { removed: true, ...(await found.remove()) } : { removed: false, items, left: [] })
    return 0
  }
  if (items.length === 0) {
    print('There is nothing to clean.')
    return 0
  }
  print(...linesOf(items))
  if (yes || (canAsk() && (await confirm('Remove all of this?')))) {
    const { items: gone, left } = await found.remove()
    print(`✓ removed: ${byteCount(bytesOf(gone))}`)
    print(...left.map((path) => `  stays, for marrow did not make it: ${plain(path)}`))
  } else print(canAsk() ? 'Nothing was removed.' : 'Nothing was removed. To remove it, add: --yes')
  return 0
}

/** What can go, and how it goes. */
interface Found {
  readonly items: readonly CleanItem[]
  remove(): Promise<Removed>
}

interface Removed {
  readonly items: readonly CleanItem[]
  /** What stands in a state_dir beside marrow's own. */
  readonly left: readonly string[]
}

/** The demos that are left, and what has ended of a configuration where there is one. */
async function find(options: CleanOptions): Promise<Found> {
  const { findDemos, removeDemos } = await import('../../daemon/local/clean-demos.ts')
  const older_ms = olderOf(options)
  const connection = connectionOf(options)
  const rest = connection && (await (options.all ? findState(connection) : findEnded(connection, older_ms)))
  const demos = await findDemos()
  return {
    items: [...demos, ...(rest?.items ?? [])],
    remove: async () => {
      const gone = removeDemos(demos)
      const other = await rest?.remove()
      return { items: [...gone, ...(other?.items ?? [])], left: other?.left ?? [] }
    },
  }
}

/** Undefined where there is no configuration, which nobody needs who only tried the demo. */
function connectionOf(options: CleanOptions): Connection | undefined {
  try {
    return connect(options)
  } catch (error) {
    const isMissed = options.config !== undefined || options.all || options.older !== undefined
    if (isMissed || !(error instanceof MarrowError) || error.code !== 'CONFIG_MISSING') throw error
    return undefined
  }
}

async function findEnded(connection: Connection, older_ms: number | undefined): Promise<Found> {
  const { items, as_of } = await ask(connection, { dry: true, older_ms })
  return {
    items,
    // What has ended meanwhile was not in the list.
    remove: async () => ({ ...(await ask(connection, { dry: false, older_ms, as_of })), left: [] }),
  }
}

async function ask(connection: Connection, asked: RequestOf<'clean'>): Promise<ResultOf<'clean'>> {
  try {
    return await connection.ask('clean', asked, { timeoutMs: CLEAN_MS_MAX })
  } catch (error) {
    if (!isNobody(error)) throw error
    return await (await import('../../daemon/local/clean.ts')).cleanLocally(connection.configPath, asked)
  }
}

async function findState({ configPath }: Connection): Promise<Found> {
  const { cleanState } = await import('../../daemon/local/clean.ts')
  const { items } = await cleanState(configPath, { dry: true })
  return { items, remove: () => cleanState(configPath, { dry: false }) }
}

function olderOf({ older, all }: CleanOptions): number | undefined {
  if (older === undefined) return undefined
  if (all) {
    throw new MarrowError('USAGE', 'Cannot clean: --older and --all contradict each other.', {
      fix: 'Give one of them: --all removes runs of any age.',
    })
  }
  const ms = parseDuration(older)
  if (ms !== undefined && ms <= Number.MAX_SAFE_INTEGER) return ms
  const why = ms === undefined ? 'it is no duration' : 'nothing is as old as that'
  throw new MarrowError('USAGE', `Cannot read --older ${JSON.stringify(older)}: ${why}.`, {
    fix: 'Write how long ago they ended: 7d, 12h, 1d12h.',
  })
}

function linesOf(items: readonly CleanItem[]): string[] {
  const sizes = items.map(({ bytes }) => byteCount(bytes))
  const width = Math.max(...sizes.map((size) => size.length))
  const lines = items.flatMap(({ what, why, path }, index) => [
    `${(sizes[index] ?? '').padStart(width)}  ${plain(what)}${path === null ? '' : `: ${plain(path)}`}`,
    `${' '.repeat(width)}  (${plain(why)})`,
  ])
  return [...lines, `${byteCount(bytesOf(items))} in all.`]
}

function bytesOf(items: readonly CleanItem[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0)
}
