/** Owns which commands of `[delegation]` are there for nobody. */
import type { Problem } from '../base/errors.ts'
import { didYouMean } from '../base/nearest.ts'
import type { DelegationConfig } from '../config/config.ts'
import { keyText } from '../config/report.ts'
import type { Catalogue } from '../roles/catalogue.ts'
import { findRole } from '../roles/references.ts'

const calledLevels: readonly string[] = ['l2', 'l3']

/** A warning for each command by which no child would be started: whoever wrote it believes that one is. `file`: marrow.toml. */
export function idleCommands(
  { commands }: Pick<DelegationConfig, 'commands'>,
  catalogue: Catalogue,
  file: string,
): Problem[] {
  const ids = [...catalogue.roles.keys(), ...catalogue.broken.keys()]
  const known = new Set([...ids.map((id) => id.toLowerCase()), ...calledLevels])
  return Object.keys(commands)
    .filter((name) => !known.has(name))
    .map((name) => ({
      file,
      line: undefined,
      key: keyText(['delegation', 'commands', name]),
      ...said(name, catalogue, ids),
    }))
}

function said(name: string, catalogue: Catalogue, ids: readonly string[]): Pick<Problem, 'reason' | 'fix'> {
  if (/^l\d+$/.test(name))
    return {
      reason: 'is no level whose roles are called, so nothing is started by it.',
      fix: `Write one of ${calledLevels.join(', ')}, or the id of a role.`,
    }
  const meant = findRole(catalogue, name)
  const fix =
    meant.kind === 'found'
      ? `Write ${meant.id}.`
      : `${didYouMean(name, [...ids, ...calledLevels])}See the ids of all roles with: marrow role list`
  return { reason: 'is the id of no role of core or operator, so nothing is started by it.', fix }
}
