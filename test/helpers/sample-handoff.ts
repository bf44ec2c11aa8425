/** Owns what tests show of handoffs. */
import type { HandoffView } from '../../src/ipc/protocol/handoffs.ts'
import type { ResultOf } from '../../src/ipc/protocol/table.ts'

/** One that waits, and whose sender is proven. */
const sampleHandoff: HandoffView = {
  file: '20260105-130200-conductor-Look-at-the-build.md',
  path: '/srv/team/runtime/handoff/conductor-to-scout/20260105-130200-conductor-Look-at-the-build.md',
  from: 'conductor',
  proven: true,
  role: 'l1/conductor',
  run: 'conductor-20260105-130000-000-abcd',
  to: 'scout',
  title: 'Look at the build',
  state: 'waiting',
  at: '2026-01-05T13:02:00.000Z',
  done_at: null,
  bytes: 48,
}

/** What is answered when it is sent. */
export const sampleSent: ResultOf<'sendHandoff'> = {
  file: sampleHandoff.file,
  path: sampleHandoff.path,
  to: 'scout',
  wakes: true,
  next: 'scout is woken by it.',
}

/** One that waits, one that was given and of which nobody knows who wrote it. */
export const sampleHandoffs: ResultOf<'handoffs'> = {
  waiting: [sampleHandoff],
  more: 0,
  done: [
    {
      ...sampleHandoff,
      file: 'note.md',
      path: '/srv/team/runtime/handoff/scout-to-conductor/done/note.md',
      from: 'scout',
      proven: false,
      role: null,
      run: null,
      to: 'conductor',
      title: 'The build is green',
      state: 'done',
      done_at: '2026-01-05T13:05:00.000Z',
    },
  ],
  notes: [],
}

/** One with what it says. */
export const sampleShown: ResultOf<'showHandoff'> = {
  ...sampleHandoff,
  text: '# Look at the build\n\nIt fails since this morning.\n',
  cut: false,
}
