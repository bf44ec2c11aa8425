import { access, chmod, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { eventually } from '../../test/helpers/eventually.ts'
import { test as base } from '../../test/helpers/temp-dir.ts'
import { runCommand } from '../platform/command.ts'
import { findProviders } from './load/find.ts'
import { loadRules, runProviders, type ProviderOptions } from './load.ts'
import { BLOCK_BYTES_MAX, type Provider } from './providers.ts'

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

/** Folders that are the operator's. */
const own = (...paths: string[]) => paths.map((path) => ({ path, root: undefined }))

const test = base.extend<{ house: House }>({
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

test('rules are the core’s, then the operator’s, read afresh each time', async ({ house, expect }) => {
  const { core, operator, put } = house
  expect(await loadRules(core, operator)).toEqual([])
  await put('core/prompts/rules.md', 'core')
  const path = await put('operator/rules.md', 'operator')
  expect((await loadRules(core, operator)).map(({ name, text }) => [name, text])).toEqual([
    ['Core Rules', 'core'],
    ['Operator Rules', 'operator'],
  ])
  await put('operator/rules.md', 'edited')
  expect(await loadRules(core, operator)).toContainEqual(
    expect.objectContaining({ source: path, text: 'edited' }),
  )
})

test('rules that are there but cannot be used stop the tick', async ({ house, expect }) => {
  await mkdir(join(house.operator, 'rules.md'), { recursive: true })
  await expect(loadRules(house.core, house.operator)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('operator/rules.md: it is not a file.'),
  })
  await house.put('core/prompts/rules.md', 'x'.repeat(1024 * 1024 + 1))
  await expect(loadRules(house.core, '/nowhere')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
})

test('findProviders() finds the core’s and the workspace’s, in name order, and says what it skips', async ({
  house,
  expect,
}) => {
  const { core, context, put } = house
  const run = [
    await put('w/context.d/10-load.sh', '#!/bin/sh\n# marrow: volatile\nuptime'),
    await put('core/context.d/queue.sh', '#!/bin/sh\n'),
  ]
  const replaced = await put('w/context.d/queue.sh', '#!/bin/sh\n')
  const readme = await put('w/context.d/README.md', 'about')
  await put('w/context.d/.hidden.sh', '#!/bin/sh\n')
  const lib = dirname(await put('w/context.d/lib/x.sh', '#!/bin/sh\n'))
  const found = await findProviders({ coreDir: core, contextDirs: own(context, '/nowhere'), replace: [] })
  expect(found.providers.map(({ path }) => path)).toEqual(run)
  expect(found.providers.map(({ name, volatile, shipped }) => [name, volatile, shipped])).toEqual([
    ['10-load', true, false],
    ['queue', false, true],
  ])
  expect(found.skipped.map(({ path }) => path)).toEqual([readme, lib, replaced])
  const listed = await findProviders({ coreDir: core, contextDirs: own(context), replace: ['queue.sh'] })
  expect(listed.providers.map(({ path }) => path)).toEqual([run[0], replaced])
})

test('findProviders() takes a folder once, also when it is the core’s own under another name', async ({
  house,
  dir,
  expect,
}) => {
  await house.put('core/context.d/queue.sh', '#!/bin/sh\n')
  await symlink(join(house.core, 'context.d'), join(dir, 'link'))
  const contextDirs = own(join(dir, 'link'), join(house.core, 'context.d'))
  const { providers, skipped } = await findProviders({ coreDir: house.core, contextDirs, replace: [] })
  expect(providers.map(({ shipped }) => shipped)).toEqual([true])
  expect(skipped).toEqual([])
})

test('findProviders() follows a link to a script and skips one to nowhere', async ({ house, expect }) => {
  const script = await house.put('scripts/real.sh', '#!/bin/sh\n')
  await mkdir(house.context, { recursive: true })
  await symlink(script, join(house.context, 'good.sh'))
  await symlink('/nowhere/at/all', join(house.context, 'bad.sh'))
  const found = await findProviders({ coreDir: house.core, contextDirs: own(house.context), replace: [] })
  expect(found.providers.map(({ name }) => name)).toEqual(['good'])
  expect(found.skipped).toHaveLength(1)
})

test('a context provider that is a link where agents write is refused, and its block says so', async ({
  house,
  dir,
  expect,
}) => {
  const trace = join(dir, 'trace')
  const script = await house.put('scripts/real.sh', `#!/bin/sh\ntouch ${trace}\n`)
  const good = await house.put('w/context.d/good.sh', '#!/bin/sh\n# marrow: volatile\necho good\n')
  await symlink(script, join(house.context, 'planted.sh'))
  await symlink('good.sh', join(house.context, '.hidden'))
  const contextDirs = [{ path: house.context, root: join(dir, 'w') }]
  const { providers } = await findProviders({ coreDir: house.core, contextDirs, replace: [] })
  expect(providers.map(({ path, volatile }) => [path, volatile])).toEqual([
    [good, true],
    [join(house.context, 'planted.sh'), false],
  ])
  const layers = await house.run(providers)
  expect(layers.map(({ name, text }) => [name, text])).toEqual([
    ['good', 'good'],
    [
      'planted',
      '[context provider failed: not started: it is a symbolic link, and marrow follows none in a workspace]',
    ],
  ])
  await expect(access(trace)).rejects.toThrow('ENOENT')
})

test('a folder of context providers that is a link where agents write is one that fails', async ({
  house,
  dir,
  expect,
}) => {
  await house.put('w/README.md', '')
  await house.put('outside/secret.sh', '#!/bin/sh\necho secret\n')
  await symlink(join(dir, 'outside'), house.context)
  const contextDirs = [{ path: house.context, root: join(dir, 'w') }]
  const { providers } = await findProviders({ coreDir: house.core, contextDirs, replace: [] })
  const [layer, ...more] = await house.run(providers)
  expect(more).toEqual([])
  expect(layer).toMatchObject({ name: 'context', source: house.context })
  expect(layer?.text).toContain('Cannot read context.d in')
})

test('findProviders() reports a folder that is none', async ({ house, expect }) => {
  const file = await house.put('file', 'text')
  const { skipped } = await findProviders({ coreDir: house.core, contextDirs: own(file), replace: [] })
  expect(skipped).toMatchObject([{ path: file, reason: expect.stringContaining('cannot be read') }])
})

test('context providers see the environment and the folder that they are given, and nothing else', async ({
  house,
  dir,
  expect,
}) => {
  const provider = await house.provider('env', 'pwd; echo "$MARROW_WORKSPACE ${HOME-no home}"')
  const [layer] = await house.run([provider])
  expect(layer?.text).toBe(`${dir}\n${join(dir, 'w')} no home`)
})

test('context providers run all at once', async ({ house, expect }) => {
  // Each waits until all have begun: one after another they would never end.
  const names = ['a', 'b', 'c', 'd']
  const script = `: > "$0.begun"; until [ "$(ls "\${0%/*}" | grep -c begun)" = 4 ]; do sleep 0.02; done; echo "\${0##*/}"`
  const layers = await house.run(await Promise.all(names.map((name) => house.provider(name, script))))
  expect(layers.map(({ text, failed }) => [text, failed])).toEqual(names.map((name) => [name, undefined]))
})

test('context providers that are silent have no block, and those that fail keep what they printed', async ({
  house,
  expect,
}) => {
  const layers = await house.run([
    await house.provider('silent', 'printf "  \\n"; echo noise >&2'),
    await house.provider('failing', 'echo some; exit 3'),
  ])
  expect(layers).toMatchObject([
    { name: 'failing', failed: 'exit 3', text: '[context provider failed: exit 3]\nsome', volatile: false },
  ])
})

test('context providers that print 1 MiB are cut, and end by themselves', async ({ house, expect }) => {
  const script = 'yes 12345678901234é | head -c 1048576; echo done > "$0.ended"'
  const provider = await house.provider('flood', script)
  const [layer] = await house.run([provider])
  expect(layer?.failed).toBeUndefined()
  expect(Buffer.byteLength(layer?.text ?? '')).toBeLessThanOrEqual(BLOCK_BYTES_MAX)
  expect(layer?.text).toMatch(/\[cut: more than 65536 bytes\]$/)
  expect(await readFile(`${provider.path}.ended`, 'utf8')).toBe('done\n')
})

test('context providers that print what is no UTF-8 have it replaced', async ({ house, expect }) => {
  const [layer] = await house.run([await house.provider('bytes', String.raw`printf 'a\377b\000c'`)])
  expect(layer?.text).toBe('a\uFFFDb\uFFFDc')
})

test('context providers that hang and fork are ended at the deadline with all their children', async ({
  house,
  expect,
}) => {
  const fork =
    'sleep 300 & echo $! > "$0.child"; setsid sleep 300 & echo $! > "$0.other"; echo half; trap "" TERM'
  const provider = await house.provider('hang', `${fork}\nwhile :; do sleep 300; done`)
  const quick = await house.provider('quick', 'echo quick')
  const layers = await house.run([provider, quick], { timeoutMs: 500 })
  expect(layers).toMatchObject([
    { text: '[context provider failed: deadline]\nhalf', failed: 'deadline', volatile: true },
    { text: 'quick', failed: undefined },
  ])
  for (const file of ['child', 'other']) {
    const pid = Number(await readFile(`${provider.path}.${file}`, 'utf8'))
    expect(pid).toBeGreaterThan(1)
    await eventually(`the end of process ${pid}`, () => !isAlive(pid) || undefined)
  }
})

test('context providers are ended when the daemon stops', async ({ house, expect }) => {
  const stop = new AbortController()
  const provider = await house.provider('slow', ': > "$0.begun"; sleep 300')
  const running = house.run([provider], { signal: stop.signal })
  await eventually('its begin', () => readFile(`${provider.path}.begun`, 'utf8').catch(() => undefined))
  stop.abort()
  expect(await running).toMatchObject([{ failed: 'stopped' }])
})

test('context providers that cannot be started are marked, and the others still run', async ({
  house,
  expect,
}) => {
  const bad = await house.put('w/context.d/bad', '#!/nowhere/interpreter\n')
  const layers = await house.run([
    { name: 'bad', path: bad, shipped: false, volatile: false, refused: undefined },
    { name: 'gone', path: '/nowhere/gone', shipped: false, volatile: false, refused: undefined },
    await house.provider('good', 'echo good'),
  ])
  expect(layers.map(({ name, failed }) => [name, failed === undefined])).toEqual([
    ['bad', false],
    ['gone', false],
    ['good', true],
  ])
})

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
