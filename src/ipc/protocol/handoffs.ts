import { z } from 'zod'
import { TEXT_CHARS_MAX, TITLE_CHARS_MAX } from '../../handoffs/content.ts'
import { routes } from '../routes.ts'
import { entry } from './entry.ts'

/** One file that goes from one agent to another, or to a person. */
export const HandoffView = z
  .object({
    file: z.string().describe('The name of the file.'),
    path: z.string().describe('Where it lies now.'),
    from: z.string().describe('Who sent it; of an unproven one only what its folder is called.'),
    proven: z.boolean().describe('Whether marrow wrote it for that sender, and it was not changed since.'),
    role: z.string().nullable().describe('The role of the run that sent it, by id.'),
    run: z.string().nullable().describe('The run that sent it.'),
    to: z.string().describe('An agent, or human.'),
    title: z.string().describe('Its first heading, else the name of the file.'),
    state: z.enum(['waiting', 'done']).describe('done: a run of its receiver was given it and succeeded.'),
    at: z.string().describe('When it was written: ISO 8601, UTC.'),
    done_at: z.string().nullable().describe('When it was moved away: ISO 8601, UTC.'),
    bytes: z.int(),
  })
  .meta({ id: 'HandoffView', description: 'One file that goes from one agent to another, or to a person.' })
export type HandoffView = z.infer<typeof HandoffView>

export const handoffVerbs = {
  sendHandoff: entry({
    route: routes.sendHandoff,
    who: 'both',
    about:
      'Hands something to another agent, or to the operator (human), in the name of whoever asks. The same words that still wait are not sent twice.',
    tool: {
      about:
        'Hands something to another agent, or to your operator (to = human), who gets it with the next prompt. Say what you want, why, where the material lies (full paths), and how one sees that it is done: the receiver knows nothing else. Nobody answers this call.',
    },
    params: z.object({
      to: z
        .string('to is required')
        .trim()
        .min(1, 'to is required')
        .max(200)
        .describe('The name of an agent, or human.'),
      title: z
        .string()
        .trim()
        .max(TITLE_CHARS_MAX, `title has more than ${TITLE_CHARS_MAX} characters`)
        .optional()
        .describe('In a few words; without it, the first line of the text.'),
      text: z
        .string('text is required')
        .max(TEXT_CHARS_MAX, `text has more than ${TEXT_CHARS_MAX} characters`)
        .refine((text) => text.trim() !== '', 'text is required')
        .describe('What is handed over, as Markdown.'),
      wake: z
        .boolean()
        .default(true)
        .describe('False: it waits for the next tick of its receiver, and wakes nobody.'),
    }),
    result: z.object({
      file: z.string(),
      path: z.string(),
      to: z.string(),
      wakes: z.boolean().describe('Whether its receiver is woken by it.'),
      next: z.string().describe('What becomes of it now, in a sentence.'),
    }),
  }),
  handoffs: entry({
    route: routes.handoffs,
    who: 'both',
    about:
      'The handoffs that wait, the oldest first, and the last that were given. A run sees those from and to its own agent.',
    params: z.object({}),
    result: z.object({
      waiting: z.array(HandoffView),
      more: z.int().describe('How many wait besides.'),
      done: z.array(HandoffView).describe('The last that their receivers were given, newest first.'),
      notes: z.array(z.string()).describe('Folders that could not be looked at, and why.'),
    }),
  }),
  showHandoff: entry({
    route: routes.showHandoff,
    who: 'both',
    about: 'One handoff with what it says. A run sees those from and to its own agent.',
    params: z.object({
      file: z
        .string('file is required')
        .min(1, 'file is required')
        .describe('The name of its file or a part of it, or its path.'),
    }),
    result: HandoffView.extend({
      text: z.string().describe('What it says: its first 64 KiB.'),
      cut: z.boolean().describe('Whether it says more.'),
    }),
  }),
}
