import { setTimeout as sleep } from 'node:timers/promises'

/** Asks again and again, quickly, until the answer is there. Slow machines get time; fast ones lose none. */
export async function eventually<T>(
  what: string,
  probe: () => T | undefined | Promise<T | undefined>,
  deadlineMs = 10_000,
): Promise<T> {
  const deadline = Date.now() + deadlineMs
  while (Date.now() < deadline) {
    const found = await probe()
    if (found !== undefined) return found
    await sleep(20)
  }
  throw new Error(`Gave up waiting for ${what} after ${deadlineMs / 1_000} s.`)
}
