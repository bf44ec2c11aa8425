/** What attacks on the input found: each of these once hung, lied with its exit code, or did more than was asked. */
import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { eventually } from '../../helpers/eventually.ts'
import { curl, startProgram } from '../../helpers/programs.ts'
import { marrowProgram, sh, test } from '../../helpers/spawned-daemon.ts'

const quick = { agent_command: sh('true') }

test('a mistyped parameter does not act on everybody', async ({ site, expect }) => {
  await site.write({ scout: quick })
  const daemon = await site.start()
  const reply = await curl(join(site.stateDir, 'marrow.sock'), '/pause', '-d', '{"agents":["nobody"]}')
  expect(reply).toMatchObject({ status: 400 })
  expect((await daemon.ask('status', {})).paused).toBeNull()
})

test('a title that is too long is refused with that reason, with a daemon and without one', async ({
  site,
  expect,
}) => {
  await site.write({ scout: quick })
  const long = 'x'.repeat(10_001)
  for (const start of [() => undefined, () => site.start()]) {
    await start()
    const { code, err } = await site.marrow('task', 'add', long)
    expect({ code, err }).toMatchObject({
      code: 1,
      err: expect.stringContaining('more than 10000 characters'),
    })
  }
})

test('a word that is missing is bad usage', async ({ site, expect }) => {
  await site.write({ scout: quick })
  expect((await site.marrow('task')).code).toBe(2)
  expect((await site.marrow('task', '--help')).code).toBe(0)
})

test('a pipe in the place of the configuration hangs nobody', async ({ site, expect }) => {
  const pipe = join(site.dir, 'pipe.toml')
  execFileSync('mkfifo', [pipe])
  const program = startProgram(marrowProgram, ['validate', '-c', pipe])
  expect(await program.ended).toBe(2)
  expect(program.err()).toContain('is not a regular file')
})

test('a current folder that was removed is no bug of marrow', async ({ site, expect }) => {
  const script = 'mkdir "$1" && cd "$1" && rmdir "$1" && exec "$0" status'
  const program = startProgram('sh', ['-c', script, marrowProgram, join(site.dir, 'gone')])
  expect(await program.ended).toBe(1)
  expect(program.err()).toMatch(
    /Cannot look around: the current folder was removed\.\nFix: Go to another one: cd\n$/,
  )
})

test('a reader that closes early changes no exit code', async ({ site, expect }) => {
  await site.write({ scout: { agent_command: sh('exit 3') } })
  const script = '"$0" run-once -c "$1" 2>/dev/null | true; "$0" run-once -c "$1" >/dev/full 2>&1; echo $?'
  const program = startProgram('sh', ['-c', script, marrowProgram, site.configPath])
  await program.ended
  expect(program.out()).toBe('1\n')
})

test.skipIf(process.platform !== 'linux')(
  'what an agent wrote into a prompt does nothing to the terminal that shows it',
  async ({ site, expect }) => {
    await site.write({ scout: quick })
    const daemon = await site.start()
    await daemon.ask('wake', { agent: 'scout', prompt: 'be \u001B[2Jgone\u0007' })
    await eventually(
      'the run',
      () => site.rows("select id from runs where causes like '%operator%' and state = 'ended'")[0],
    )
    const onTerminal = (words: string) =>
      spawnSync('script', ['-qec', `'${marrowProgram}' ${words} -c '${site.configPath}'`, '/dev/null'], {
        encoding: 'utf8',
      }).stdout
    expect(onTerminal('show scout --prompt')).toContain('be gone\r\n')
    expect((await site.marrow('show', 'scout', '--prompt')).out).toContain('be \u001B[2Jgone\u0007\n')
  },
)
