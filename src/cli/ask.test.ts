import { test } from 'vitest'
import { checkYesOrNo, right, type Question } from '../scaffold/init/question.ts'
import { askNobody } from './ask.ts'

const tick: Question<boolean> = {
  id: 'tick',
  ask: 'Now?',
  found: [],
  choices: undefined,
  usual: 'yes',
  check: async (answer) => checkYesOrNo(answer),
}

test('a flag answers, and what is usual holds without one', async ({ expect }) => {
  expect(await askNobody({ tick: 'no' }, [])(tick)).toBe(false)
  expect(await askNobody({}, [])(tick)).toBe(true)
})

test('a wrong flag is remembered, and the next question is looked at too', async ({ expect }) => {
  const mistakes: string[] = []
  expect(await askNobody({ tick: 'per\u001b[2Jhaps' }, mistakes)(tick)).toBe(true)
  expect(mistakes).toEqual(['--tick "perhaps": "perhaps" is neither yes nor no. Fix: Answer yes or no.'])
})

test('where nothing is usual the flag is asked for', async ({ expect }) => {
  const cli: Question<string> = {
    ...tick,
    id: 'cli',
    usual: undefined,
    check: async (answer) => right(answer),
  }
  await expect(askNobody({}, [])(cli)).rejects.toThrow('--cli is needed: nothing is usual here.')
})
