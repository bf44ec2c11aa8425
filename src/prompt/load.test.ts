import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { eventually } from '../../test/helpers/eventually.ts'
import { test } from '../../test/helpers/prompt-house.ts'
import { loadRules } from './load.ts'
import { BLOCK_BYTES_MAX } from './providers.ts'

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
