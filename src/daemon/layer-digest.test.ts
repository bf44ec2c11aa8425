import { mkdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe } from 'vitest'
import { test } from '../../test/helpers/temp-dir.ts'
import { layerDigests } from './layer-digest.ts'

async function setUp(dir: string) {
  const [coreDir, operatorDir] = [join(dir, 'core'), join(dir, 'operator')]
  for (const folder of [
    join(coreDir, 'prompts'),
    join(coreDir, 'context.d'),
    join(coreDir, 'roles', 'l3'),
    join(coreDir, 'skills', 'prove'),
    join(operatorDir, 'roles', 'l1'),
  ]) {
    await mkdir(folder, { recursive: true })
  }
  await writeFile(join(coreDir, 'prompts', 'rules.md'), 'be good')
  await writeFile(join(operatorDir, 'marrow.toml'), '# one')
  const config = { coreDir, operatorDir, path: join(operatorDir, 'marrow.toml') }
  const digests = () => layerDigests(config, '1.0.0')
  return { coreDir, operatorDir, digests, config }
}

describe('layerDigests', () => {
  test.for([
    { what: 'the core’s rules', file: 'core/prompts/rules.md', core: true, operator: false },
    { what: 'a shipped context provider', file: 'core/context.d/new.sh', core: true, operator: false },
    { what: 'a shipped role', file: 'core/roles/l3/coder.md', core: true, operator: false },
    { what: 'what tiers mean', file: 'core/roles.toml', core: true, operator: false },
    { what: 'a shipped skill', file: 'core/skills/prove/SKILL.md', core: true, operator: false },
    { what: 'the operator’s rules', file: 'operator/rules.md', core: false, operator: true },
    { what: 'an operator’s role', file: 'operator/roles/l1/scout.md', core: false, operator: true },
    { what: 'the configuration', file: 'operator/marrow.toml', core: false, operator: true },
    { what: 'another file beside it', file: 'operator/notes.txt', core: false, operator: false },
  ])('a change of $what shows', async ({ file, core, operator }, { dir, expect }) => {
    const { digests } = await setUp(dir)
    const before = digests()
    await writeFile(join(dir, file), 'changed')
    const after = digests()
    expect(after.core !== before.core).toBe(core)
    expect(after.operator !== before.operator).toBe(operator)
  })

  test('an edit that keeps the size shows too', async ({ dir, expect }) => {
    const { coreDir, digests } = await setUp(dir)
    const before = digests()
    await writeFile(join(coreDir, 'prompts', 'rules.md'), 'be evil')
    await utimes(join(coreDir, 'prompts', 'rules.md'), 1, 1)
    expect(digests().core).not.toBe(before.core)
  })
})
