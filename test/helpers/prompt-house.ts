/** Folders of a core, an operator and a workspace: `import { test } from '…/test/helpers/prompt-house.ts'` and ask for `house`. */
import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { runCommand } from '../../src/platform/command.ts'
import { runProviders, type ProviderOptions } from '../../src/prompt/load.ts'
import type { Provider } from '../../src/prompt/providers.ts'
import { test as base } from './temp-dir.ts'

interface House {
  readonly core: string
  readonly operator: string
  readonly context: string
  /** Writes a file, relative to the folder of the test; executable if it starts with `#!`. */
  readonly put: (path: string, text: string) => Promise<string>
  /** A context provider of the workspace with this script. */
  readonly provider: (file: string, script: string) => Promise<Provider>
  readonly run: (
    providers: readonly Provider[],
    overrides?: Partial<ProviderOptions>,
  ) => ReturnType<typeof runProviders>
}

/** `test` with a `house`. */
export const test = base.extend<{ house: House }>({
  house: async ({ dir }, use) => {
    const put: House['put'] = async (path, text) => {
      const full = join(dir, path)
      await mkdir(dirname(full), { recursive: true })
      await writeFile(full, text)
      if (text.startsWith('#!')) await chmod(full, 0o755)
      return full
    }
    await use({
      core: join(dir, 'core'),
      operator: join(dir, 'operator'),
      context: join(dir, 'w', 'context.d'),
      put,
      provider: async (file, script) => {
        const path = await put(`w/context.d/${file}`, `#!/bin/sh\n${script}\n`)
        return { name: file, path, shipped: false, volatile: false, refused: undefined }
      },
      run: (providers, overrides) =>
        runProviders(providers, {
          env: { PATH: process.env['PATH'] ?? '', MARROW_WORKSPACE: join(dir, 'w') },
          cwd: dir,
          timeoutMs: 10_000,
          run: runCommand,
          signal: new AbortController().signal,
          ...overrides,
        }),
    })
  },
})
