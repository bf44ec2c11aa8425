import type { AgentEvent } from '../../agents/adapter.ts'
import { adapterFor } from '../../agents/adapters.ts'
import { MarrowError } from '../../base/errors.ts'
import { didYouMean } from '../../base/nearest.ts'
import type { Handlers } from '../../ipc/protocol/table.ts'
import type { RunDetail, RunView, StepView } from '../../ipc/protocol/runs.ts'
import { delegationsBelow, lastRoots, readDelegation } from '../../delegation/store.ts'
import { readPart } from '../read-part.ts'
import type { Tx } from '../../platform/sqlite.ts'
import { runPaths } from '../../runner/folder.ts'
import { readOutput } from '../../runner/observe.ts'
import type { RunRecord } from '../../runner/record.ts'
import { changesView } from '../../runner/changes.ts'
import { findRuns, lastOwnRun, lastRuns, openRuns } from '../../runner/store.ts'
import { folderOf, type Core } from '../core.ts'
import { listRuns, runView } from '../run-list.ts'
import { treeOf } from '../run-tree.ts'
import { askForEnd, settleKey } from '../steps/reap.ts'

export function runHandlers(
  core: Core,
): Pick<Handlers, 'runs' | 'runsTree' | 'showRun' | 'readLog' | 'readSteps' | 'cancel'> {
  return {
    runs: (params) => core.db.read((tx) => listRuns(tx, core, params, (run) => stateOf(core, run))),
    runsTree: ({ id, limit }) =>
      core.db.read((tx) => {
        const roots = id === undefined ? lastRoots(tx, limit) : [rootNamed(core, tx, id)]
        return { runs: roots.flatMap((root) => treeOf(tx, root, (run) => stateOf(core, run))) }
      }),
    showRun: ({ id }) => core.db.read((tx) => runDetail(core, runNamed(core, tx, id))),
    readLog: async ({ id, stream, offset, limit }) => {
      const run = await core.db.read((tx) => runNamed(core, tx, id))
      const { text, nextOffset, size } = readPart(
        runPaths(folderOf(core.config, run.id))[stream],
        offset,
        limit,
        run.state !== 'ended',
      )
      return { run: run.id, text, next_offset: nextOffset, size, ended: run.state === 'ended' }
    },
    readSteps: async ({ id, limit }) => {
      const run = await core.db.read((tx) => runNamed(core, tx, id))
      return { run: run.id, ended: run.state === 'ended', steps: stepsOf(core, run).slice(-limit) }
    },
    cancel: async ({ target }) => {
      const run = await core.db.read((tx) => openRunOf(core, tx, target))
      await askForEnd(core, run, 'operator')
      return { ok: true, run: run.id }
    },
  }
}

// Enough for what a person reads, and taken apart in some ms: the loop waits for it.
const STEPS_BYTES_READ = 1_048_576

function stepsOf(core: Core, run: RunRecord): StepView[] {
  const { stdout, stderr, stderrAt } = readOutput(folderOf(core.config, run.id), STEPS_BYTES_READ)
  const endedAt = run.endedAt ?? core.clock.now().wall
  return adapterFor(run.adapter).events({ stdout, stderr, stderrAt, exitCode: 0, endedAt }).flatMap(stepView)
}

const NO_TOOL = { tool: null, failed: null, output: null, ended: null } as const

function stepView(event: AgentEvent): StepView[] {
  switch (event.kind) {
    case 'session':
    case 'usage':
      return []
    case 'tool': {
      const { input: text, name: tool, failed = null, output = null, ended } = event
      return [{ kind: 'tool', text, tool, failed, output, ended }]
    }
    case 'text':
    case 'result':
      return [{ ...NO_TOOL, kind: event.kind, text: event.text }]
    case 'limit':
    case 'error':
      return [{ ...NO_TOOL, kind: event.kind, text: event.failure.detail }]
  }
}

/** By id, by a unique part of one, or by an agent's name: its newest. Throws NOT_FOUND, or names the candidates. */
function runNamed(core: Core, tx: Tx, text: string): RunRecord {
  const agent = core.config.agents.find(({ name, slug }) => name === text || slug === text)
  const newest = agent && lastOwnRun(tx, agent.name)
  if (newest) return newest
  const found = agent ? [] : findRuns(tx, text, 5)
  const [run] = found
  if (run && found.length === 1) return run
  if (run) {
    const ids = found.map(({ id }) => id).join(', ')
    throw new MarrowError('NOT_FOUND', `Cannot tell which run is meant by ${text}: ${ids}.`, {
      fix: 'Name more of the id.',
    })
  }
  const missing = whyMissing(tx, text)
  if (missing !== undefined)
    throw new MarrowError('NOT_FOUND', `Cannot find the run: ${missing}.`, {
      fix: `See what hangs together with it: marrow runs tree ${text}`,
    })
  const what = agent ? `${agent.name} has no run on record` : `no run or agent is called ${text}`
  throw new MarrowError('NOT_FOUND', `Cannot find the run: ${what}.`, {
    fix: `${agent ? '' : suggestion(core, text, lastRuns(tx, undefined, SUGGESTED_FROM))}List them with: marrow runs`,
  })
}

/** A tree also names runs that have no record: what never began, and what was removed. */
function rootNamed(core: Core, tx: Tx, text: string): string {
  const child = readDelegation(tx, text)
  if (child) return child.lineage[0] ?? child.parent
  if (delegationsBelow(tx, text).length > 0) return text
  const { id, lineage } = runNamed(core, tx, text)
  return lineage[0] ?? id
}

/** Why there is no record of a run that was asked for; undefined: nobody asked for such a one. */
function whyMissing(tx: Tx, text: string): string | undefined {
  const child = readDelegation(tx, text)
  if (child?.failure !== undefined) return `${text} never began: ${child.failure}`
  if (child?.state === 'ended') return `the record of ${text} was removed`
  return child && `${text} is being made ready`
}

const SUGGESTED_FROM = 200 // Whoever mistypes an id has just seen it.

function suggestion(core: Core, text: string, runs: readonly RunRecord[]): string {
  return didYouMean(text, [...core.config.agents.map(({ name }) => name), ...runs.map(({ id }) => id)])
}

function openRunOf(core: Core, tx: Tx, target: string): RunRecord {
  const agent = core.config.agents.find(({ name, slug }) => name === target || slug === target)
  const named = openRuns(tx).filter((run) => (agent ? run.agent === agent.name : run.id.includes(target)))
  // Whoever names an agent means the run of its tick: what that asked for ends with it.
  const own = agent ? named.filter(({ lineage }) => lineage.length === 0) : []
  const open = own.length > 0 ? own : named
  const [run] = open
  if (run && open.length === 1) return run
  const what = open.length > 1 ? `${target} names ${open.length} runs` : `${target} has no run in flight`
  throw new MarrowError('NOT_FOUND', `Cannot cancel: ${what}.`, {
    fix: `${agent || open.length > 1 ? '' : suggestion(core, target, openRuns(tx))}See what runs with: marrow status`,
  })
}

function stateOf(core: Core, run: RunRecord): RunView['state'] {
  if (run.state === 'ended') return 'ended'
  if (core.jobs.has(settleKey(run.id))) return 'settling'
  return run.ending ? 'ending' : run.state
}

function runDetail(core: Core, run: RunRecord): RunDetail {
  const usage = run.reading?.usage
  const { gitBefore, gitAfter } = run
  return {
    ...runView(run, stateOf(core, run)),
    lineage: [...run.lineage],
    words: [...run.words],
    isolated_by: run.wall,
    guard: run.guard,
    pid: run.identity?.pid ?? null,
    work_dir: run.workDir,
    folder: folderOf(core.config, run.id),
    usage: usage
      ? {
          input: usage.inputTokens,
          output: usage.outputTokens,
          cache_read: usage.cacheReadTokens,
          cache_write: usage.cacheWriteTokens,
        }
      : null,
    cli_session: run.reading?.cliSession ?? null,
    result: run.reading?.result ?? null,
    causes: [...run.causes],
    layers: run.layers.map((layer) => ({ ...layer, native: layer.native === true })),
    prompt_bytes: run.promptBytes,
    core_digest: run.coreDigest,
    operator_digest: run.operatorDigest,
    git: gitBefore && {
      before: gitBefore.head,
      after: gitAfter?.head ?? null,
      changed:
        gitAfter !== undefined && (gitAfter.head !== gitBefore.head || gitAfter.status !== gitBefore.status),
    },
    changes: run.changes === undefined ? null : changesView(run.changes),
  }
}
