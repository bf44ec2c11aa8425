import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventually } from '../../../test/helpers/eventually.ts'
import { launcher, test } from '../../../test/helpers/live-run.ts'
import { readIfExists } from '../../platform/files.ts'
import { systemProcesses } from '../../platform/processes.ts'
import { runPaths } from '../folder.ts'
import { sightRun } from '../observe.ts'
import { killEverything } from './end.ts'
import { finishRun } from './finish.ts'
import { claimUnstarted, launchRun, prepareRun, type LaunchRequest } from './launch.ts'

const nothing = { prompt: '', promptOnStdin: false, sandboxed: false }

function request(dir: string, words: readonly string[], more: Partial<LaunchRequest> = {}): LaunchRequest {
  const folder = join(dir, 'runs', 'one')
  prepareRun(folder, nothing)
  const env = { PATH: process.env['PATH'] ?? '' }
  return {
    launcher,
    folder,
    capBytes: 65_536,
    words,
    program: words[0] ?? '',
    promptOnStdin: false,
    sandboxed: false,
    cwd: dir,
    env,
    presumed: [],
    ...more,
  }
}

test('a prepared folder is open to this user only', ({ dir, expect }) => {
  const folder = join(dir, 'runs', 'one')
  mkdirSync(folder, { recursive: true, mode: 0o755 })
  prepareRun(folder, { ...nothing, prompt: 'Do it.' })
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(runPaths(folder).prompt).mode & 0o777).toBe(0o600)
})

test('the folder of a role is there as soon as a run has one, whether there are files for it or not', ({
  dir,
  expect,
}) => {
  const [none, some] = [join(dir, 'none'), join(dir, 'some')]
  prepareRun(none, nothing)
  prepareRun(some, { ...nothing, files: [] })
  expect([none, some].map((folder) => existsSync(runPaths(folder).role))).toEqual([false, true])
})

test('what a run reads from stdin is a copy, which goes with it', async ({ live, expect }) => {
  const run = live(['sh', '-c', 'cat; echo forged 1<>/proc/self/fd/0; cat /proc/self/fd/0'], {
    prompt: 'Do it.',
  })
  const { prompt, stdin } = runPaths(run.folder)
  await run.sighted('exited')
  await finishRun(run, systemProcesses)
  expect(readFileSync(runPaths(run.folder).stdout, 'utf8')).toBe('Do it.forged\n')
  expect([readFileSync(prompt, 'utf8'), existsSync(stdin)]).toEqual(['Do it.', false])
})

test('a run gets its prompt and leaves what it printed', async ({ live, expect }) => {
  const prompt = '0123456789abcdef'.repeat(65_536)
  const run = live(['sh', '-c', 'wc -c; exit 5'], { prompt })
  expect(await run.sighted('exited')).toMatchObject({ exitCode: 5 })
  await finishRun(run, systemProcesses)
  expect(readFileSync(runPaths(run.folder).stdout, 'utf8').trim()).toBe('1048576')
})

test('a run without a prompt on stdin gets none at all', async ({ live, expect }) => {
  const run = live(['sh', '-c', 'cat; echo end'])
  await run.sighted('exited')
  await finishRun(run, systemProcesses)
  expect(readFileSync(runPaths(run.folder).stdout, 'utf8')).toBe('end\n')
})

test('the umask and the folder of the daemon reach the command unchanged', async ({ live, dir, expect }) => {
  const run = live(['sh', '-c', 'umask; pwd'])
  await run.sighted('exited')
  await finishRun(run, systemProcesses)
  const umask = process.umask().toString(8).padStart(4, '0')
  expect(readFileSync(runPaths(run.folder).stdout, 'utf8')).toBe(`${umask}\n${dir}\n`)
})

test('a run that cannot be started says why', ({ dir, expect }) => {
  writeFileSync(join(dir, 'plain'), 'text')
  mkdirSync(join(dir, 'folder'))
  const detail = (words: readonly string[], more: Partial<LaunchRequest> = {}) => {
    const result = launchRun(request(dir, words, more))
    return result.kind === 'unspawnable' ? result.detail : 'launched'
  }
  expect(detail(['no-such-program'])).toBe('not found: no-such-program')
  expect(detail(['./no-such-file'])).toBe('not found: ./no-such-file')
  expect(detail(['folder'], { env: { PATH: dir } })).toBe('not found: folder')
  expect(detail(['./plain'])).toBe('not executable: ./plain')
  expect(detail(['plain'], { env: { PATH: dir } })).toBe('not executable: plain')
  expect(detail([])).toBe('the command is empty')
  expect(detail(['true'], { cwd: join(dir, 'gone') })).toBe(`no such folder: ${dir}/gone`)
  expect(detail(['true'], { cwd: join(dir, 'plain', 'below') })).toBe(`no such folder: ${dir}/plain/below`)
  expect(detail(['true'], { launcher: join(dir, 'gone') })).toBe(
    `cannot start the launcher: not found: ${dir}/gone`,
  )
  expect(detail(['echo', 'x'.repeat(131_072)])).toContain('one argument may have 131071 bytes')
  expect(existsSync(join(dir, 'runs', 'one', 'started'))).toBe(false)
})

test('a run of another user may open its stdin, stdout and stderr once more', async ({ live, expect }) => {
  const script = 'umask 077; for at in 0 1 2; do ls -lL /proc/$$/fd/$at; done | cut -c 1-10'
  const run = live(['sh', '-c', script], { prompt: 'Do it.' })
  await run.sighted('exited')
  await finishRun(run, systemProcesses)
  const modes = ['-rw-r--r--', 'prw--w--w-', 'prw--w--w-']
  expect(readFileSync(runPaths(run.folder).stdout, 'utf8').trim().split('\n')).toEqual(modes)
})

test('a run that cannot be started keeps no second copy of its prompt', ({ dir, expect }) => {
  const made = request(dir, ['no-such-program'], { promptOnStdin: true })
  const { prompt, stdin } = runPaths(made.folder)
  prepareRun(made.folder, { ...made, prompt: 'Do it.' })
  expect([existsSync(stdin), launchRun(made).kind, existsSync(stdin)]).toEqual([true, 'unspawnable', false])
  expect(readFileSync(prompt, 'utf8')).toBe('Do it.')
})

test('a program on the PATH of the run is found there, and one beside the work in its folder', async ({
  dir,
  expect,
}) => {
  mkdirSync(join(dir, 'bin'))
  writeFileSync(join(dir, 'bin', 'agent'), '#!/bin/sh\nexit 6\n')
  chmodSync(join(dir, 'bin', 'agent'), 0o755)
  const env = { PATH: `/nowhere:${join(dir, 'bin')}:/bin:/usr/bin` }
  for (const made of [
    request(dir, ['agent'], { env, folder: join(dir, 'one') }),
    request(dir, ['bin/agent'], { folder: join(dir, 'two') }),
  ]) {
    const { folder } = made
    prepareRun(folder, nothing)
    expect(launchRun(made).kind).toBe('launched')
    const code = await eventually('the code', () => readIfExists(runPaths(folder).exit))
    expect(code.trim()).toBe('6')
    await finishRun({ run: 'one', folder, launcher: undefined, recorded: [] }, systemProcesses)
  }
})

test('of 50 runs that a launcher and a daemon reach for at once, each goes to exactly one of them', async ({
  dir,
  expect,
}) => {
  const runs = Array.from({ length: 50 }, (_, index) => join(dir, 'runs', `race-${index}`))
  let claims = 0
  for (const [index, folder] of runs.entries()) {
    prepareRun(folder, nothing)
    const words = ['touch', join(folder, 'ran')]
    expect(launchRun({ ...request(dir, words), folder }).kind).toBe('launched')
    const until = performance.now() + (index % 10) * 0.4 // Claims come before, while and after the launcher gets there.
    while (performance.now() < until);
    const claimed = claimUnstarted(folder)
    if (claimed) claims += 1
    const ran = eventually('the launcher', () =>
      readFileSync(runPaths(folder).started, 'utf8') ? true : undefined,
    )
    await ran
    if (!claimed) await eventually('the run', () => (existsSync(runPaths(folder).exit) ? true : undefined))
    expect(sightRun(folder, undefined, systemProcesses).kind).toBe(claimed ? 'unstarted' : 'exited')
  }
  await eventually('all launchers to be gone', () => {
    const left = systemProcesses
      .list()
      .filter((row) => systemProcesses.commandLine(row.pid)?.includes(`${dir}/runs/race-`))
    return left.length === 0 ? true : undefined
  })
  expect(runs.filter((folder) => existsSync(join(folder, 'ran'))).length).toBe(50 - claims)
})

test('a claim of a daemon that died holds for the next one, and no launcher begins after it', async ({
  dir,
  expect,
}) => {
  const { folder, ...rest } = request(dir, ['touch', 'ran'])
  expect([claimUnstarted(folder), claimUnstarted(folder)]).toEqual([true, true])
  const result = launchRun({ folder, ...rest })
  if (result.kind !== 'launched') throw new Error(result.detail)
  await eventually('the launcher to leave', () => (systemProcesses.identify(result.pid) ? undefined : true))
  expect(existsSync(join(dir, 'ran'))).toBe(false)
  expect(sightRun(folder, undefined, systemProcesses)).toEqual({ kind: 'unstarted' })
  expect(killEverything({ run: 'one', folder, launcher: undefined, recorded: [] }, systemProcesses)).toBe(0)
})

test('a run that has begun cannot be claimed', async ({ live, expect }) => {
  const run = live(['sleep', '30'])
  await run.sighted('alive')
  expect(claimUnstarted(run.folder)).toBe(false)
})

test('a file that the command presumes must be there, or nothing is started', async ({ dir, expect }) => {
  const presumed = [
    { path: join(dir, 'night.toml'), must: 'be there' as const, otherwise: 'no profile named night' },
  ]
  const run = request(dir, ['sh', '-c', 'touch ran'], { presumed })
  expect(launchRun(run)).toEqual({ kind: 'unspawnable', detail: 'no profile named night' })
  expect(existsSync(runPaths(run.folder).started)).toBe(false)
  writeFileSync(join(dir, 'night.toml'), '')
  expect(launchRun(run)).toMatchObject({ kind: 'launched' })
  await eventually('the command', () => (existsSync(join(dir, 'ran')) ? true : undefined))
  await eventually('its end', () => (existsSync(runPaths(run.folder).exit) ? true : undefined))
})
