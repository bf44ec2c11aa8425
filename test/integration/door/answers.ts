/** Owns what may be answered at the door: the error table of the protocol, and the results that it declares. */
import { z } from 'zod'
import { errorStatuses } from '../../../src/base/errors.ts'
import { BODY_BYTES_MAX } from '../../../src/ipc/address.ts'
import { protocol } from '../../../src/ipc/protocol/table.ts'
import type { Attack } from './requests.ts'
import { parseAnswer, type Received } from './wire.ts'

const Refusal = z.strictObject({
  error: z.string().min(1),
  code: z.string().refine((code) => code !== 'INTERNAL' && Object.hasOwn(errorStatuses, code)),
  fix: z.string().min(1).optional(),
})

/** What no client may see: that is for the log. */
const inside = /\n\s+at |node:internal|node_modules|\.ts:\d|\.js:\d/

/** What is wrong with an answer; undefined: nothing, it is one that the protocol describes. */
export function complaintAbout(
  { verb, ends, bytes }: Attack,
  { text, closed }: Received,
): string | undefined {
  // A pause that came behind it holds its ticks, and so its answer.
  if (!closed) return verb === 'runOnce' ? undefined : 'no end within the deadline'
  // The refusal of a body that is too long can be lost to a client that is still writing it.
  if (text === '' && bytes.length > BODY_BYTES_MAX) return undefined
  // Who leaves before the end of a request may get nothing.
  if (text === '' && ends !== 'never') return undefined
  const answer = parseAnswer(text)
  if (answer === undefined) return 'no HTTP'
  const { status, head, body } = answer
  if (inside.test(text)) return 'something of the inside'
  if (/^content-type: text\/event-stream/m.test(head))
    return status === 200 ? undefined : 'a stream that failed'
  const length = Number(/^content-length: (\d+)$/m.exec(head)?.[1])
  // An answer to HEAD has no body, whatever it says of its length.
  if (body === '') return status >= 400 && ends === 'late' ? undefined : 'no body'
  if (Buffer.byteLength(body) !== length) return 'a body of another length than it says'
  if (status >= 400) return refusal(status, body)
  if (status !== 200) return 'a status that nobody documented'
  if (verb === undefined || ends === 'late') return undefined // Whose answer it is cannot be told.
  const { form, result } = protocol[verb]
  const parsed = result.safeParse(form === 'text' ? body : parse(body))
  return parsed.success ? undefined : `not the result of ${verb}: ${z.prettifyError(parsed.error)}`
}

/** Whether the daemon said that it did what was asked. */
export function isAccepted({ text }: Received): boolean {
  return parseAnswer(text)?.status === 200
}

function refusal(status: number, body: string): string | undefined {
  const parsed = Refusal.safeParse(parse(body))
  if (!parsed.success) return `no refusal: ${z.prettifyError(parsed.error)}`
  const { code } = parsed.data
  const documented = errorStatuses[code] === status || (code === 'BAD_REQUEST' && [408, 431].includes(status))
  return documented ? undefined : `${code} with the status ${status}`
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
