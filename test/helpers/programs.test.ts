import { expect, test } from 'vitest'
import { startProgram } from './programs.ts'

test('a sign that arrives in two pieces is read as one', async () => {
  const script = `
    process.stdout.write(Buffer.from([0xe2, 0x97]))
    setTimeout(() => process.stdout.write(Buffer.from([0x8b])), 50)
  `
  const started = startProgram(process.execPath, ['-e', script])
  await started.ended
  expect(started.out()).toBe('○')
})
