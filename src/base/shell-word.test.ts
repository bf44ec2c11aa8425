import { execFileSync } from 'node:child_process'
import { test } from 'vitest'
import { shellWord } from './shell-word.ts'

test.for(['plain-word./x', 'two words', "it's", '$HOME', '`id`', 'a\nb', '', '"x" \\ *'])(
  'a shell reads %j back as one word',
  (word, { expect }) => {
    const out = execFileSync('sh', ['-c', `printf '<%s>' ${shellWord(word)}`], { encoding: 'utf8' })
    expect(out).toBe(`<${word}>`)
  },
)
