import stringWidth from 'string-width'
import type { Screen } from '../../src/cli/render/screen.ts'

/** A screen without colours, at noon of 5 January 2026 UTC. */
export function plainScreen(columns = 100): Screen {
  return { columns, now: Date.UTC(2026, 0, 5, 13), paint: (_, text) => text, widthOf: stringWidth }
}
