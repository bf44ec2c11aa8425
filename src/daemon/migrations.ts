/** The schema of the store, step by step. */
import type { Migration } from '../platform/sqlite.ts'
import { board } from './migrations/board.ts'
import { heart } from './migrations/heart.ts'
import { roles } from './migrations/roles.ts'

/** The oldest schema number that can work on a store of this program. */
export const READABLE_FROM = 1

/** In the order of their numbers. Append-only: a released step is never edited, and only adds. */
export const migrations: readonly Migration[] = [...heart, ...roles, ...board]
