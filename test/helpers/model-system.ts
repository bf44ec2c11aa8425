/** What a client told the model beside the conversation, in whichever way its dialect has it: who it is, and its rules. */
import { z } from 'zod'

const Text = z.union([
  z.string(),
  z
    .array(z.looseObject({ text: z.string().catch('') }).catch({ text: '' }))
    .transform((blocks) => blocks.map(({ text }) => text).join('\n')),
])
const Message = z
  .looseObject({ role: z.string().catch(''), content: Text.catch('') })
  .catch({ role: '', content: '' })
const Body = z.looseObject({
  system: Text.catch(''),
  instructions: z.string().catch(''),
  messages: z.array(Message).catch([]),
  input: z.array(Message).catch([]),
})

/** All of it, and the first message of the user where the client puts what it found in the project there. */
export function systemOf(body: unknown): string {
  const { system, instructions, messages, input } = Body.parse(body)
  const told = [...messages, ...input].filter(({ role }) => role !== 'assistant' && role !== 'tool')
  return [system, instructions, ...told.map(({ content }) => content)].join('\n')
}
