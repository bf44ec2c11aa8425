/** Owns whether the guards of a run are in force: what keeps an agent CLI from starting agents that its role does not name. */

/** How far the proof of it has come. `asked`: the agent CLI has not yet shown it; of an ended run: it never came so far. */
export type GuardState = (typeof guardStates)[number]

export const guardStates = ['asked', 'proven', 'missing'] as const

/** Why guards count as missing, without full stop. */
export const missingGuards =
  'what it prints does not show that the hooks of marrow run: settings may switch hooks off, or its folder is not trusted'
