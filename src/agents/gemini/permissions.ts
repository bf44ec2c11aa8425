/** What lets Gemini CLI work without asking for permission. */
import { flagValues, ownWords, switchOn } from '../flags.ts'

/** The flag. Its settings cannot say so, and there is no variable for it. */
export function bypass(words: readonly string[]): string | undefined {
  const own = ownWords(words, geminiPattern)
  const mode = flagValues(own, ['--approval-mode', '--approvalMode']).find(({ value }) => value === 'yolo')
  return mode?.written ?? switchOn(own, ['--yolo', '-y']) ?? own.find((word) => /^-[dsy]*y[dsy]*$/.test(word))
}

/** A word that names Gemini CLI itself, or its package behind npx. */
export const geminiPattern = /(?:^|\/)gemini(?:-cli)?(?:\.js)?(?:@[\w.-]+)?$/
