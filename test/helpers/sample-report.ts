import type { Report } from '../../src/ipc/protocol/report.ts'

/** A quiet night with one run. */
export function sampleReport(changes: Partial<Report> = {}): Report {
  return {
    from: '2026-01-04T13:00:00.000Z',
    to: '2026-01-05T13:00:00.000Z',
    made_at: '2026-01-05T13:00:00.000Z',
    journal_from: null,
    daemon: true,
    verdict: { well: true, line: 'All well: 1 run, 1 commit, $0.0123.' },
    needs: [],
    agents: [
      {
        name: 'scout',
        ticks: 5,
        runs: 1,
        succeeded: 1,
        failed: 0,
        failures: [],
        stopped: 0,
        quiet: 4,
        saved_tokens: 12_400,
        held: 0,
        held_because: [],
        tokens: 5_321,
        tokens_about: false,
        cost_usd: 0.0123,
        day_before: { runs: 2, tokens: 9_000, tokens_about: true, cost_usd: null },
        running: null,
      },
    ],
    tasks: [],
    tasks_finished: 0,
    changes: [
      {
        run: 'scout-20260105-125500-000-abcd',
        agent: 'scout',
        ended_at: '2026-01-05T12:55:12.500Z',
        work_dir: '/srv/work',
        changes: {
          commits: [{ id: 'bbbbbbb', subject: 'Fix the failing test' }],
          more_commits: 0,
          rewritten: false,
          diff: { files: 2, insertions: 12, deletions: 4 },
          dirty_before: false,
        },
      },
    ],
    changed_runs: 1,
    by_itself: {
      starts: 0,
      adopted: 0,
      finished: 0,
      lost: 0,
      unstarted: 0,
      downtime: [],
      caught_up: 1,
      missed_slots: 3,
      asleep_ms: 900_000,
      events: [],
    },
    ...changes,
  }
}
