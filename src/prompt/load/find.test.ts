import { access, mkdir, symlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { test } from '../../../test/helpers/prompt-house.ts'
import { findProviders } from './find.ts'

/** Folders that are the operator's. */
const own = (...paths: string[]) => paths.map((path) => ({ path, root: undefined }))

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
