import { test } from 'vitest'
import { isolationConfig } from '../../test/helpers/agents.ts'
import { configText, readText } from '../../test/helpers/config-text.ts'

const isolationOf = (text: string) => readText(text).config?.agents[0]?.isolation

test('an agent goes by its own mode, else by the one of all, else it is isolated where that is possible', ({
  expect,
}) => {
  expect(isolationOf(configText())?.mode).toBe('preferred')
  expect(isolationOf(configText({ top: '[isolation]\nmode = "required"' }))?.mode).toBe('required')
  const own = configText({ top: '[isolation]\nmode = "required"', agent: 'isolation.mode = "off"' })
  expect(isolationOf(own)?.mode).toBe('off')
})

test('everything that an agent may have beyond the rest is read', ({ expect }) => {
  const agent = `
    [agents.isolation]
    read_only = ["/data/models"]
    read_write = ["~/scratch"]
    network = false
    secrets = ["~/.ssh/id_ed25519"]
    memory = "2GiB"
    processes = 200
    file_size = "500MB"
    user = "marrow"
    bypass_without_isolation = true
  `
  expect(isolationOf(configText({ agent }))).toEqual(
    isolationConfig({
      mode: 'preferred',
      readOnly: ['/data/models'],
      readWrite: ['/home/ada/scratch'],
      network: false,
      secrets: ['/home/ada/.ssh/id_ed25519'],
      limits: { memoryBytes: 2_147_483_648, processesMax: 200, fileBytesMax: 500_000_000 },
      user: 'marrow',
      bypassWithoutIsolation: true,
    }),
  )
})

test.for([
  ['mode = "on"', 'agents[0].isolation.mode: must be "required", "preferred" or "off".'],
  ['memory = "lots"', 'agents[0].isolation.memory: is not a size: "lots".'],
  ['read_only = ["data"]', 'agents[0].isolation.read_only[0]: must be absolute: "data".'],
  ['user = "a b"', 'agents[0].isolation.user: is not the name of a user: "a b".'],
  ['netwrok = true', 'agents[0].isolation.netwrok: unknown key.'],
  ['secrets = "~/.ssh/id"', 'agents[0].isolation.secrets: must be a list of texts.'],
  ['read_write = ["/core"]', 'agents[0].isolation.read_write[0]: /core is inside the core_dir /core.'],
] as const)('%s is a mistake that is told', ([agent, told], { expect }) => {
  const { problems } = readText(configText({ top: 'core_dir = "/core"', agent: `isolation.${agent}` }))
  expect(problems).toContain(told)
})

test('a size outside its range is brought into it with a warning', ({ expect }) => {
  const text = configText({ agent: 'isolation.memory = "1MiB"' })
  expect(isolationOf(text)?.limits.memoryBytes).toBe(16_777_216)
  expect(readText(text).warnings.join()).toContain('memory=1MiB outside [16MiB,1024TiB], clamped to 16MiB')
})
