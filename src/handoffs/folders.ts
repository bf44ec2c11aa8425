// Owns the names of handoff folders: `runtime/handoff/<from>-to-<to>/`, by which files go from one agent to another.
import { join } from 'node:path'

const separator = '-to-'

/** The two ends of a handoff folder, as they are written in its name: an agent's name, its slug, or `human`. */
export interface HandoffFolder {
  readonly folder: string
  readonly from: string
  readonly to: string
}

/** An agent by both of the forms in which a folder may name it. */
export interface HandoffParty {
  readonly name: string
  readonly slug: string
}

/** A file that waits in a handoff folder. */
export interface Handoff {
  readonly from: string
  readonly to: string
  readonly path: string
  /** Differs when the file was written again, even with the same content: then it is a new handoff. */
  readonly fingerprint: string
  /** Epoch ms, an integer. */
  readonly modifiedAt: number
  readonly bytes: number
}

/** The folder beside the files of a handoff folder, in which those lie that their receiver was given. */
export const DONE_FOLDER = 'done'

/** Where all handoffs of a workspace lie. */
export function handoffDir(workspace: string): string {
  return join(workspace, 'runtime', 'handoff')
}

/** The folder's name for what `from` gives to `to`, both by slug. */
export function folderName(from: HandoffParty, to: HandoffParty): string {
  return `${from.slug}${separator}${to.slug}`
}

/** Undefined when the name does not name two ends, or more than two. */
export function parseFolder(folder: string): HandoffFolder | undefined {
  const [from = '', to = '', ...more] = folder.split(separator)
  if (from === '' || to === '' || more.length > 0 || folder.startsWith('.')) return undefined
  return { folder, from, to }
}

/** Those of the folders whose files are for the agent. */
export function foldersTo(party: HandoffParty, folders: readonly string[]): HandoffFolder[] {
  return parsed(folders).filter(({ to }) => isParty(party, to))
}

/** Those of the folders that the agent writes into. */
export function foldersFrom(party: HandoffParty, folders: readonly string[]): HandoffFolder[] {
  return parsed(folders).filter(({ from }) => isParty(party, from))
}

/** The agents that a new file in the folder is for: one at most, and none for `human` or a name nobody has. */
export function receiverOf<Party extends HandoffParty>(
  folder: string,
  parties: readonly Party[],
): Party | undefined {
  const to = parseFolder(folder)?.to
  return to === undefined ? undefined : parties.find((party) => isParty(party, to))
}

/** As folders and commands name whoever is no agent. */
export const PERSON = 'human'

/** Whom a handoff can be sent to, by one of both names or as `human`; undefined: nobody is called so. */
export function receiverNamed<Party extends HandoffParty>(
  written: string,
  parties: readonly Party[],
): Party | typeof PERSON | undefined {
  const party = parties.find((one) => isParty(one, written))
  return party ?? (written === PERSON ? PERSON : undefined)
}

/** Who leaves files in the folder for a person, as its name says it; undefined for one that is for an agent, or for nobody. */
export function senderToPerson(folder: string, parties: readonly HandoffParty[]): string | undefined {
  const ends = parseFolder(folder)
  if (ends?.to !== PERSON || receiverOf(folder, parties) !== undefined) return undefined
  return parties.find((party) => isParty(party, ends.from))?.name ?? ends.from
}

function parsed(folders: readonly string[]): HandoffFolder[] {
  return folders
    .toSorted()
    .map(parseFolder)
    .filter((folder) => folder !== undefined)
}

function isParty({ name, slug }: HandoffParty, written: string): boolean {
  return written === name || written === slug
}
