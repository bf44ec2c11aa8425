import { z } from 'zod'
import { routes } from '../routes.ts'
import { entry } from './entry.ts'
import { TITLE_CHARS_MAX } from '../../tasks/queue.ts'

const TaskView = z.object({ file: z.string(), title: z.string(), created: z.number() })

export const taskVerbs = {
  tasks: entry({
    route: routes.tasks,
    who: 'operator',
    about: 'The queued tasks, sorted by file name.',
    params: z.object({}),
    result: z.object({ tasks: z.array(TaskView) }),
  }),
  addTask: entry({
    route: routes.addTask,
    who: 'operator',
    about: 'Writes one task file into the queue and wakes the agents that work on tasks.',
    params: z.object({
      title: z
        .string('title is required')
        .trim()
        .min(1, 'title is required')
        .max(TITLE_CHARS_MAX, `title has more than ${TITLE_CHARS_MAX} characters`),
      body: z.string().optional(),
    }),
    /** `next` says what happens now, for people. */
    result: z.object({ ok: z.literal(true), file: z.string(), path: z.string(), next: z.string() }),
  }),
}
