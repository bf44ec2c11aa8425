/** A word as a shell reads it back: in quotes if it needs them. For commands that people are shown. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
