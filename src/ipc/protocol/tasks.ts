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
    project: z.string().describe('The project in whose queue it is.'),
  })
  .meta({ id: 'TaskView', description: 'One queued task.' })

const folder = z
  .string()
  .regex(/^\//, 'folder must be absolute')
  .optional()
  .describe('Absolute. Without a project, the one that this folder belongs to is meant; else the first.')

export const taskVerbs = {
  tasks: entry({
    route: routes.tasks,
    who: 'operator',
    about: 'The queued tasks of one project or of all, sorted by file name.',
    tool: { about: 'The tasks that wait in the queue, in the order in which they are worked on.' },
    params: z.object({
      project: z.string().optional().describe('Its name, or `*` for all projects.'),
      folder,
    }),
    result: z.object({
      tasks: z.array(TaskView),
      project: z.string().nullable().describe('The project whose tasks these are; null: those of all.'),
    }),
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
      project: z.string().optional().describe('The name of the project that it is for.'),
      folder,
    }),
    result: z.object({
      ok: z.literal(true),
      file: z.string().describe('Its name in the queue.'),
      path: z.string().describe('The whole path.'),
      project: z.string().describe('The project in whose queue it is.'),
      project_by: z
        .enum(['name', 'folder', 'first', 'only'])
        .describe(
          'Why that one: it was named, the folder belongs to it, it is the first one, or there is no other.',
        ),
      next: z.string().describe('What happens now, in a sentence.'),
    }),
  }),
}
