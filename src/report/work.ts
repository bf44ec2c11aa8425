/** Owns what came of the runs: finished tasks, commits and changed files. Pure. */
import { isoTime } from '../base/time.ts'
import type { Report } from '../ipc/protocol/report.ts'
import { changesView, commitLines, describeChanges } from '../runner/changes.ts'
import type { Facts } from './facts.ts'
import type { Section } from './section.ts'

/** The finished tasks of the period. */
export function tasksOf({ journal }: Facts): Pick<Report, 'tasks' | 'tasks_finished'> {
  return {
    tasks: journal.tasks.map(({ at, agent, run, data }) => ({
      at: isoTime(at),
      agent,
      run,
      file: text(data['file']),
      title: text(data['title']),
    })),
    tasks_finished: journal.tasksFinished,
  }
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

/** What the runs of the period changed. */
export function changesOf({ journal }: Facts): Pick<Report, 'changes' | 'changed_runs'> {
  return {
    changes: journal.changes.map(({ run, agent, endedAt, workDir, changes }) => ({
      run,
      agent,
      ended_at: isoTime(endedAt),
      work_dir: workDir,
      changes: changesView(changes),
    })),
    changed_runs: journal.changedRuns,
  }
}

/** A line for each task. */
export function tasksSection({ tasks, tasks_finished }: Report): Section {
  const entries = tasks.map(({ at, agent, title }) => ({
    text: `${at} ${agent === null ? '' : `${agent}: `}${title}`,
  }))
  return { title: 'Tasks finished', entries: [...more(tasks_finished - tasks.length), ...entries] }
}

/** A line for each run that changed something, its commits below. */
export function changesSection({ changes, changed_runs }: Report): Section {
  const entries = changes.map(({ ended_at, agent, run, work_dir, changes: own }) => ({
    text: `${ended_at} ${agent} in ${work_dir}: ${describeChanges(own)}`,
    below: [...commitLines(own), `marrow show ${run}`],
  }))
  return { title: 'Changes', entries: [...more(changed_runs - changes.length), ...entries] }
}

/** What is left out is older. */
function more(count: number): Section['entries'] {
  return count === 0 ? [] : [{ text: `and ${count} before these` }]
}
