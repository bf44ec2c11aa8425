/** Watches the configuration file. */
import { watch } from 'chokidar'

/** A watch that was opened and has to be closed. */
export interface ConfigWatch extends AsyncDisposable {
  readonly close: () => Promise<void>
}

// An editor that truncates and then writes is seen once, with the whole text.
const SETTLE_MS = 50

/**
 * Calls `onChange` after the file changed, appeared or went away, however an editor does it. It says only that
 * something happened: whoever hears it reads the file again. Resolves once nothing can be missed any more. `onError`
 * hears of a watch that broke; the file is then taken up by SIGHUP only.
 */
export async function watchConfig(
  path: string,
  onChange: () => void,
  onError: (error: unknown) => void,
): Promise<ConfigWatch> {
  const watcher = watch(path, {
    awaitWriteFinish: { stabilityThreshold: SETTLE_MS, pollInterval: SETTLE_MS / 2 },
  })
  watcher.on('error', onError)
  await new Promise<void>((resolve) => watcher.once('ready', resolve))
  for (const event of ['add', 'change', 'unlink'] as const) watcher.on(event, onChange)
  const close = () => watcher.close()
  return { close, [Symbol.asyncDispose]: close }
}
