/** Owns the one question before something that cannot be undone. */
import { createInterface } from 'node:readline/promises'

/** Whether somebody sits there who can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY && process.stdout.isTTY
}

/** Asks until there is an answer; only a yes is one. The end of the input is a no. */
export async function confirm(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stdout })
  const { promise: ended, resolve } = Promise.withResolvers<string>()
  lines.once('close', () => resolve(''))
  const answer = await Promise.race([lines.question(`${question} [y/N] `), ended])
  lines.close()
  return /^y(es)?$/i.test(answer.trim())
}
