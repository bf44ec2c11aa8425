/** Owns what every view needs to know of the place where it is shown, and what text may do there. */

/** The colours that views use; each also says in words what it means. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan'

/** Where a view is shown. Views are pure: width, colours and time are handed in. */
export interface Screen {
  /** Columns that a line may have; Infinity where nothing is cut. */
  readonly columns: number
  /** Epoch ms, to show today's times without their date. */
  readonly now: number
  readonly paint: (style: Style, text: string) => string
  /** The columns that a text takes. */
  readonly widthOf: (text: string) => number
}

/**
 * One line that cannot move the cursor, clear the screen or look like another line: titles, reasons and file names
 * come from agents.
 */
export function plain(text: string): string {
  return plainLines(text).replace(/\s+/g, ' ').trim()
}

/** The same for text whose lines are its own. */
export function plainLines(text: string): string {
  return text.replace(escapes, '')
}

// Sequences of ESC, the other control characters but tab and newline, and the marks that turn the reading direction.
const escapes = new RegExp(
  String.raw`\u001b\[[0-9;:?]*[ -/]*[@-~]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]`,
  'g',
)
