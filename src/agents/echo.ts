/** Keeps the prompt out of failures: some programs quote what they were sent when they refuse it. */

const ECHO = '<prompt>'
const WORDS_MIN = 4 // So many in a row are no accident. Names and paths, which failures need, are shorter.
const PROMPT_CHARS_MAX = 4_194_304
const DETAIL_WORDS_MAX = 200

/** `detail`, one line, with `<prompt>` in the place of every longer stretch that stands in the prompt too. */
export function withoutEcho(detail: string, prompt: string): string {
  const words = detail.split(/\s+/).slice(0, DETAIL_WORDS_MAX)
  const plain = words.map(bare)
  const echoed = new Set<number>()
  const sent = ` ${prompt.slice(0, PROMPT_CHARS_MAX).split(/\s+/).map(bare).filter(Boolean).join(' ')} `
  for (const [index] of words.entries()) {
    const some = plain.slice(index, index + WORDS_MIN).filter((word) => word !== '')
    if (some.length < WORDS_MIN || !sent.includes(` ${some.join(' ')} `)) continue
    for (let offset = 0; offset < WORDS_MIN; offset++) echoed.add(index + offset)
  }
  if (echoed.size === 0) return detail
  // The last word of a detail that was cut is a part of one.
  const last = words.length - 1
  if (detail.endsWith('…') && echoed.has(last - 1)) echoed.add(last)
  return words
    .flatMap((word, index) => (echoed.has(index) ? (echoed.has(index - 1) ? [] : [ECHO]) : [word]))
    .join(' ')
}

/** Without what quotes it. */
function bare(word: string): string {
  return word.replace(/^[^\p{L}\p{N}<[{-]+|[^\p{L}\p{N}>\]}-]+$/gu, '')
}
