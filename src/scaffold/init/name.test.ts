import { test } from 'vitest'
import { agentNameProblem } from '../../base/ids.ts'
import { projectNameOf } from './name.ts'

test.for([
  ['site', 'site'],
  ['My Site', 'my-site'],
  ['how-to-guide', 'how-guide'],
  ['to-do', 'do'],
  ['a to to b', 'a-b'],
  ['back-to', 'back'],
  ['to', 'agent'],
  ['日本', 'agent'],
  ['a'.repeat(255), 'a'.repeat(48)],
  [`${'a'.repeat(47)} b`, 'a'.repeat(47)],
] as const)('the folder %s has agents with names that are allowed', ([folder, name], { expect }) => {
  expect(projectNameOf(folder)).toBe(name)
  expect(agentNameProblem(`conductor@${projectNameOf(folder)}-99`)).toBeUndefined()
})
