// Owns one run of the simulated agent, from its words to its exit code.
import { join } from 'node:path'
import { MarrowError, reasonOf } from '../base/errors.ts'
import { claimLine } from '../isolation/report.ts'
import { systemClock } from '../platform/clock.ts'
import { eat, forkMany, writeLarge } from './apply/appetite.ts'
import { leaveChild } from './apply/child.ts'
import { openOutput } from './apply/output.ts'
import type { Output } from './apply/output.ts'
import { changeFile, commitAll, takeHandoffs, workOnTasks, writeHandoff } from './apply/workspace.ts'
import type { Self } from './apply/workspace.ts'
import { loadPrompt, loadScript } from './load.ts'
import { describeWords, readCommandLine } from './script.ts'
import type { Script } from './script.ts'
import { SimStore } from './store.ts'
import { exitCodeOf, figuresOf, voiceOf } from './voice.ts'
import type { Voice } from './voice.ts'
import type { Mishap, Step } from './words.ts'

const FLOOD_PIECE_BYTES = 65_536

type Environment = Readonly<Record<string, string | undefined>>

/** Everything that a step needs, and what the steps so far have done. */
interface Play {
  readonly script: Script
  readonly self: Self
  readonly store: SimStore
  readonly voice: Voice
  readonly output: Output
  readonly prompt: Buffer
  readonly env: Environment
  readonly completed: string[]
  readonly did: string[]
  /** Memory that it was told to take. */
  readonly eaten: Buffer[]
  handoffs: number
}

/** How the run ends before its last step. */
type Ending = { readonly code: number } | { readonly mishap: Mishap }

/**
 * Plays the run that `argv`, the words after `marrow sim agent`, asks for, and returns its exit code. It reads
 * and writes the streams of this process, and its signals may end it. A mistake in the words is exit code 2.
 */
export async function runSimulatedAgent(argv: readonly string[], env: Environment): Promise<number> {
  const output = openOutput()
  const commandLine = readCommandLine(argv)
  if (commandLine.help) {
    await output.stdout(describeWords())
    return 0
  }
  try {
    const store = new SimStore(env['MARROW_NOTES'])
    const script = await loadScript(commandLine, () => store.countRun())
    // Before anything that takes time, so that no signal comes too early to be ignored.
    if (script.ignoreTerm) ignoreSignals()
    const prompt = await loadPrompt(commandLine.prompt)
    const self = selfOf(env)
    const voice = voiceOf(script.as, script.session ?? `ses_${self.run}`)
    return await play({
      script,
      self,
      store,
      voice,
      output,
      prompt,
      env,
      completed: [],
      did: [],
      eaten: [],
      handoffs: 0,
    })
  } catch (error) {
    const fix = error instanceof MarrowError && error.fix !== undefined ? ` ${error.fix}` : ''
    await output.stderr(`Error: ${reasonOf(error)}${fix}\n`)
    return error instanceof MarrowError ? error.exitCode : 1
  }
}

function selfOf(env: Environment): Self {
  return {
    agent: env['MARROW_AGENT'] ?? 'simulated',
    run: env['MARROW_RUN'] ?? String(process.pid),
    workspace: env['MARROW_WORKSPACE'],
    workDir: env['MARROW_WORK_DIR'] ?? process.cwd(),
  }
}

function ignoreSignals(): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => {})
}

async function play(run: Play): Promise<number> {
  const { script, voice, output } = run
  // The trap of a run without a result is that there is not even a beginning.
  const silent = script.steps.some((step) => step.does === 'fail' && step.mishap.kind === 'no-result')
  if (!silent) await output.stdout(voice.begin(now()))
  for (const [index, step] of script.steps.entries()) {
    const ending = await playStep(step, run)
    if (ending === undefined) continue
    if ('code' in ending) return finish(run, ending.code)
    const words = voice.fail(ending.mishap, now())
    await output.stdout(words.stdout)
    await output.stderr(words.stderr)
    const exit = script.steps.slice(index + 1).find((later) => later.does === 'exit')
    return exit?.code ?? exitCodeOf(ending.mishap)
  }
  return finish(run, 0)
}

async function finish({ script, voice, output, prompt, did }: Play, code: number): Promise<number> {
  const summary = did.length === 0 ? 'There was nothing to do.' : `Done: ${did.join(', ')}.`
  await output.stdout(voice.say(summary, now()))
  await output.stdout(voice.end(figuresOf(script.usage, prompt.byteLength), now()))
  return code
}

async function playStep(step: Step, run: Play): Promise<Ending | undefined> {
  switch (step.does) {
    case 'exit':
      return { code: step.code }
    case 'fail':
      return { mishap: step.mishap }
    case 'hang':
      return forever()
    case 'die':
      process.kill(process.pid, step.signal)
      return forever()
    case 'work':
      await wait(step.ms)
      run.did.push('some work')
      return undefined
    case 'say':
    case 'echo-prompt':
    case 'show-env':
      await run.output.stdout(run.voice.say(await wordsOf(step, run), now()))
      return undefined
    case 'fork':
      await run.output.stderr(`forked ${await leaveChild(step.child)}\n`)
      run.did.push('left a process behind')
      return undefined
    case 'flood':
      await flood(step, run)
      return undefined
    case 'attempt':
      await attempt(step, run)
      return undefined
    case 'eat':
    case 'fork-bomb':
    case 'write-file':
      return take(step, run)
    case 'complete-tasks':
    case 'handoff':
    case 'take-handoffs':
    case 'change-file':
    case 'commit':
      await change(step, run)
      return undefined
  }
}

type Spoken = Extract<Step, { does: 'say' | 'echo-prompt' | 'show-env' }>

async function wordsOf(step: Spoken, { prompt, env }: Play): Promise<string> {
  switch (step.does) {
    case 'say':
      return step.text
    case 'show-env':
      return `${step.name}=${env[step.name] ?? '(not set)'}`
    case 'echo-prompt': {
      const { digest } = await import('../base/digest.ts')
      return `prompt: ${prompt.byteLength} bytes, digest ${digest(prompt)}`
    }
  }
}

type Change = Extract<
  Step,
  { does: 'complete-tasks' | 'handoff' | 'take-handoffs' | 'change-file' | 'commit' }
>

async function change(step: Change, run: Play): Promise<void> {
  const { self, store, script, completed, did } = run
  switch (step.does) {
    case 'complete-tasks': {
      const work = await workOnTasks(self, step.count, script.taskTicks, store)
      completed.push(...work.completed)
      did.push(...work.completed.map((title) => `completed "${title}"`))
      did.push(...work.begun.map((title) => `worked on "${title}"`))
      return
    }
    case 'handoff':
      if (step.onlyAfterTask && completed.length === 0) return
      run.handoffs += 1
      await writeHandoff(
        self,
        step.to,
        step.text.replaceAll('{tasks}', () => completed.join(', ')),
        run.handoffs,
      )
      did.push(`handed something to ${step.to}`)
      return
    case 'take-handoffs':
      did.push(...(await takeHandoffs(self)).map((from) => `took what ${from} handed over`))
      return
    case 'change-file':
      await changeFile(self, step.path, step.text)
      did.push(`changed ${step.path}`)
      return
    case 'commit':
      await commitAll(self, step.message)
      did.push('committed')
  }
}

type Appetite = Extract<Step, { does: 'eat' | 'fork-bomb' | 'write-file' }>

/** Takes a lot of the machine; what the machine refuses is the end of the run. */
async function take(step: Appetite, { self, did, eaten }: Play): Promise<Ending | undefined> {
  switch (step.does) {
    case 'eat':
      eaten.push(...eat(step.bytes))
      did.push(`took ${step.bytes} bytes of memory`)
      return undefined
    case 'fork-bomb': {
      const begun = await forkMany(step.count)
      did.push(`started ${begun} processes`)
      const refused = step.count - begun
      return refused === 0 ? undefined : failed(`fork: ${refused} times: Resource temporarily unavailable`)
    }
    case 'write-file': {
      const refused = await writeLarge(join(self.workDir, step.path), step.bytes).then(
        () => undefined,
        reasonOf,
      )
      did.push(`wrote ${step.path}`)
      return refused === undefined ? undefined : failed(refused)
    }
  }
}

function failed(text: string): Ending {
  return { mishap: { kind: 'error', text } }
}

async function attempt(
  { technique, target }: Extract<Step, { does: 'attempt' }>,
  { voice, output, self }: Play,
): Promise<void> {
  const { tryOut } = await import('./apply/attempt.ts')
  const claim = await tryOut(technique, target, self.workspace ?? self.workDir)
  await output.stdout(voice.say(claimLine({ does: technique, target }, claim), now()))
}

async function flood(
  { bytes, to }: Extract<Step, { does: 'flood' }>,
  { voice, output }: Play,
): Promise<void> {
  for (let left = bytes; left > 0; left -= FLOOD_PIECE_BYTES) {
    const size = Math.min(left, FLOOD_PIECE_BYTES)
    await (to === 'stdout'
      ? output.stdout(voice.babble(size, now()))
      : output.stderr(`${'x'.repeat(size - 1)}\n`))
  }
}

function now(): number {
  return systemClock.now().wall
}

function wait(ms: number): Promise<void> {
  return systemClock.sleep(ms, new AbortController().signal)
}

/** Only a signal ends this. A promise alone would not keep the process alive. */
async function forever(): Promise<never> {
  for (;;) await wait(3_600_000)
}
