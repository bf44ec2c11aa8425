/**
 * Runs commands in turns and writes how long each took: `turns.ts ROUNDS ANSWER_FILE COMMANDS_AS_JSON`. The commands get
 * this program's own stdout, so that they see a terminal exactly if it has one.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'

const [rounds = '1', answer = '', json = '[]'] = process.argv.slice(2)
const commands: string[][] = JSON.parse(json)
const times: number[][] = commands.map(() => [])
const stdout = process.stdout.isTTY ? 'inherit' : 'pipe'
for (let round = -1; round < Number(rounds); round += 1) {
  for (const [index, [program = '', ...words]] of commands.entries()) {
    const startedAt = performance.now()
    const { status } = spawnSync(program, words, { stdio: ['ignore', stdout, 'inherit'] })
    if (status !== 0) throw new Error(`${program} ${words.join(' ')} ended with ${String(status)}`)
    if (round >= 0) times[index]?.push(performance.now() - startedAt) // The first round only warms the disk's cache.
  }
}
writeFileSync(answer, JSON.stringify(times))
