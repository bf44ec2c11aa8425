/** What the system allows in one argument of a program. */

/** Bytes of the longest argument that Linux takes: 32 pages less the closing zero. Used everywhere, to behave alike. */
export const ARGUMENT_BYTES_MAX = 131_071

/** Whether `text` can be one argument: short enough, and without the zero byte that would end it. */
export function fitsArgument(text: string): boolean {
  return !text.includes('\0') && Buffer.byteLength(text) <= ARGUMENT_BYTES_MAX
}
