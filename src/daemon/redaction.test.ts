import { test } from 'vitest'
import { configOf } from '../../test/helpers/furnished-machine.ts'
import { redactorFor, valuesLeftOut, withoutValues } from './redaction.ts'

const setting = (set: Readonly<Record<string, string>>) => configOf('/m', { env: { pass: [], set } })

const many = (name: string, count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${name}_KEY_${index}`, `${name}-value-${index}`]),
  )

test('what an earlier configuration set is still taken out: its runs go on', ({ expect }) => {
  const env = { OWN_TOKEN: 'own-value-1' }
  const text = 'own-value-1 old-value-1 new-value-1'
  const old = setting({ A_TOKEN: 'old-value-1' })
  expect(withoutValues({ config: old, env })(text)).toBe('<redacted> <redacted> new-value-1')
  const gone = { ...setting({}), agents: [] }
  expect(redactorFor({ config: gone, env })(text)).toBe('<redacted> <redacted> new-value-1')
  const next = setting({ A_TOKEN: 'new-value-1' })
  expect(redactorFor({ config: next, env })(text)).toBe('<redacted> <redacted> <redacted>')
  expect(redactorFor({ config: next, env: {} })(text)).toBe('own-value-1 old-value-1 <redacted>')
})

test('of too many values the newest are looked for, and how many are left out is known', ({ expect }) => {
  const env = {}
  expect(valuesLeftOut({ config: setting(many('A', 4_000)), env })).toBe(0)
  const config = setting(many('B', 4_000))
  expect(valuesLeftOut({ config, env })).toBe(3_000)
  expect(withoutValues({ config, env })('A-value-1 A-value-3999 B-value-1')).toBe(
    'A-value-1 <redacted> <redacted>',
  )
})
