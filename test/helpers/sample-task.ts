/** A task of the board for tests. */
import { TaskId, type Task } from '../../src/tasks/task.ts'

/** One that nobody holds and nothing holds up, but for what is said. */
export function sampleTask(changes: Partial<Task> = {}): Task {
  return {
    id: TaskId.parse('t-aaaaaaaa'),
    project: 'default',
    title: 'Mend the build',
    body: '',
    priority: 0,
    labels: [],
    role: undefined,
    verification: undefined,
    review: false,
    attemptsMax: 3,
    attempts: [],
    generation: 0,
    claimedAt: undefined,
    createdBy: { kind: 'operator' },
    createdAt: 1_000,
    updatedAt: 1_000,
    notBefore: undefined,
    waitsFor: 0,
    deadEnds: 0,
    state: { status: 'todo' },
    ...changes,
  }
}
