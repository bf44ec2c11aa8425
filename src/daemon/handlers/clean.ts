import { MarrowError } from '../../base/errors.ts'
import { isoTime } from '../../base/time.ts'
import type { Handlers, ParamsOf, ResultOf } from '../../ipc/protocol/table.ts'
import { findCleanable, removeCleanable, type Cleanable } from '../clean.ts'
import { write, type Core } from '../core.ts'
import { loginsInUse } from '../prune.ts'

export function cleanHandlers(core: Core): Pick<Handlers, 'clean'> {
  return { clean: (params) => asJob(core, (signal) => clean(core, params, signal)) }
}

async function clean(
  core: Core,
  { dry, older_ms, as_of }: ParamsOf<'clean'>,
  signal: AbortSignal,
): Promise<ResultOf<'clean'>> {
  const asOf = as_of ?? core.clock.now().wall
  const asked = { olderMs: older_ms, asOf, loginsInUse: loginsInUse(core) }
  const found = await findCleanable(core, asked)
  if (!dry) {
    await removeCleanable(core, found, signal)
    await write(core, (_, emit) => emit('state.cleaned', {}, sumsOf(found)))
  }
  return { as_of: isoTime(asOf), items: found.map(({ item }) => item) }
}

function sumsOf(found: readonly Cleanable[]): { runs: number; bytes: number } {
  return {
    runs: found.reduce((sum, { runs }) => sum + runs.length, 0),
    bytes: found.reduce((sum, { item }) => sum + item.bytes, 0),
  }
}

const KEY = 'clean'
const CLEAN_MS_MAX = 110_000 // Whoever asked waits a little longer.

/** A job, so that a daemon that stops waits for what is under way. It ends well whatever happens: nobody tries it again. */
function asJob<T>(core: Core, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  if (core.jobs.has(KEY)) {
    throw new MarrowError('BAD_REQUEST', 'Cannot clean: another cleaning is under way.', {
      fix: 'Wait until it has ended.',
    })
  }
  return new Promise((resolve, reject) => {
    core.jobs.start(KEY, async (signal) => {
      const late = new AbortController()
      const timer = setTimeout(() => late.abort(), CLEAN_MS_MAX)
      await work(AbortSignal.any([signal, late.signal])).then(resolve, reject)
      clearTimeout(timer)
    })
  })
}
