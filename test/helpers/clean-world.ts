/** A site and a folder of temporary files for tests of `marrow clean`: `import { test } from '…/test/helpers/clean-world.ts'`. */
import { beforeEach } from 'vitest'
import type { CleanItem } from '../../src/ipc/protocol/clean.ts'
import { sh, test as withSite, type Site } from './spawned-daemon.ts'
import { makeTempDir, removeTempDir } from './temp-dir.ts'

/** `test` with `temporary`: what the program takes for the folder of temporary files, so that nobody's demos are touched. */
export const test = withSite.extend<{ temporary: string }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads which fixtures a fixture needs from this pattern.
  temporary: async ({}, use) => {
    const before = process.env['TMPDIR']
    const folder = await makeTempDir()
    process.env['TMPDIR'] = folder
    await use(folder)
    process.env['TMPDIR'] = before ?? '/tmp'
    await removeTempDir(folder)
  },
})

/** Called in a test file it keeps every test there off the demos of other people. */
export function keepTemporary(): void {
  beforeEach<{ temporary: string }>(({ temporary }) => void temporary)
}

/** An agent whose runs end at once, and are kept for as long as anybody likes. */
export const quick = {
  agent_command: sh('cat > /dev/null; echo done'),
  log_retention_days: '0',
  log_max_count: '0',
}

/** What a cleaning lists, or removes with `--yes`. */
export async function cleaned(site: Site, ...words: string[]): Promise<CleanItem[]> {
  const { code, out, err } = await site.marrow('clean', '--json', ...words)
  if (code !== 0) throw new Error(err)
  const { items }: { items: CleanItem[] } = JSON.parse(out)
  return items
}
