/** Owns what every view needs to know of the place where it is shown. */

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
