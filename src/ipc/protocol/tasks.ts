import { z } from 'zod'
import { routes } from '../routes.ts'
import { entry } from './entry.ts'
import { TITLE_CHARS_MAX } from '../../tasks/queue.ts'

/** One task that waits. */
export const TaskView = z
  .object({
    file: z.string().describe('Its name in the queue; the queue is worked in the order of names.'),
    title: z.string(),
    created: z.number().describe('When it was made (seconds since 1970).'),
  })
  .meta({ id: 'TaskView', description: 'One queued task.' })

export const taskVerbs = {
  tasks: entry({
    route: routes.tasks,
    who: 'operator',
    about: 'The queued tasks, sorted by file name.',
    tool: { about: 'The tasks that wait in the queue, in the order in which they are worked on.' },
    params: z.object({}),
    result: z.object({ tasks: z.array(TaskView) }),
  }),
  addTask: entry({
    route: routes.addTask,
    who: 'operator',
    about: 'Writes one task file into the queue and wakes the agents that work on tasks.',
    tool: {
      about:
        'Puts one task into the queue and wakes the agents that work on tasks. It spends the tokens of a run.',
    },
    params: z.object({
      title: z
        .string('title is required')
        .trim()
        .min(1, 'title is required')
        .max(TITLE_CHARS_MAX, `title has more than ${TITLE_CHARS_MAX} characters`),
      body: z.string().optional().describe('Everything else, as Markdown.'),
    }),
    result: z.object({
      ok: z.literal(true),
      file: z.string().describe('Its name in the queue.'),
      path: z.string().describe('The whole path.'),
      next: z.string().describe('What happens now, in a sentence.'),
    }),
  }),
}
