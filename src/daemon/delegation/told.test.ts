import { test } from 'vitest'
import { FakeClock } from '../../../test/helpers/fake-clock.ts'
import { createIsNews } from './told.ts'

test('the same is news once a minute, and something else at once', async ({ expect }) => {
  const clock = new FakeClock()
  const isNews = createIsNews({ clock })
  expect(['a', 'b', 'a'].map(isNews)).toEqual([true, true, false])
  await clock.advance(59_999)
  expect(isNews('a')).toBe(false)
  await clock.advance(1)
  expect(isNews('a')).toBe(true)
})

test('very many different things are not all remembered', ({ expect }) => {
  const isNews = createIsNews({ clock: new FakeClock() })
  for (let each = 0; each < 600; each += 1) isNews(String(each))
  expect(isNews('0')).toBe(true)
})
