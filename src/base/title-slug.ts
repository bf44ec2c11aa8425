/** Owns how a title becomes part of a file's name. */

/** What is safe and readable in a file name: letters, digits, dashes; never a path, never empty: then it is `otherwise`. */
export function titleSlug(title: string, charactersMax: number, otherwise: string): string {
  // Composed first: a letter with a loose accent would otherwise lose it.
  const kept = title
    .normalize('NFC')
    .replace(/\s+/gu, ' ')
    .replace(/[^\p{L}\p{N} _-]/gu, '')
  const slug = Array.from(kept.trim()).slice(0, charactersMax).join('').trim().replaceAll(' ', '-')
  return slug === '' ? otherwise : slug
}
