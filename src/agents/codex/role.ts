/**
 * How codex is given a role for one run: as instructions among its words, which win over any file. Where the operator trusts a
 * folder, codex lets its `.codex/config.toml` choose the model, the sandbox and programs to start; a run with a role does not
 * trust it. It has no list of agents that one may start, so that it starts none: delegation is marrow's.
 */
import { dirname, isAbsolute } from 'node:path'
import { stringify } from 'smol-toml'
import { modelOf } from '../../roles/cast/model.ts'
import { fitsArgument } from '../argument-limit.ts'
import { flagValues, ownWords } from '../flags.ts'
import { environmentAt, programIn } from '../program-place.ts'
import { MCP_SERVER, refused, refusedWrapper } from '../role.ts'
import type { RefusedRole, RoleDelivery, RoleRequest } from '../role.ts'
import { codexPattern } from './sandbox.ts'

/** The words alone: no file is needed. */
export function role(request: RoleRequest): RoleDelivery {
  const { words, env, settings } = request
  const program = programIn(words, codexPattern)
  if (environmentAt(words, program, env) === undefined) return refusedWrapper('codex')
  const own = ownWords(words, codexPattern)
  const obstacle = obstacleIn(own)
  if (obstacle !== undefined) return obstacle
  const folder = flagValues(own, ['-C', '--cd']).at(-1)?.value ?? request.workDir
  const model = modelOf(request.role.tier, settings)
  const instructions = setting('developer_instructions', instructionsOf(request.role.prompt))
  if (!fitsArgument(instructions))
    return refused('its role is too long for a word of codex', 'Shorten the role to less than 130,000 bytes.')
  const added = [
    instructions,
    setting('projects', Object.fromEntries(upTo(folder).map((one) => [one, { trust_level: 'untrusted' }]))),
    setting('agents.enabled', false),
    ...(model === undefined || hasModel(own) ? [] : [setting('model', model)]),
    ...serverOf(request),
  ]
  return {
    kind: 'native',
    words: words.toSpliced(program + 1, 0, ...added.flatMap((one) => ['-c', one])),
    env: {},
    files: [],
    provesGuard: false, // What is among its words holds, or it does not start.
  }
}

/** The folder and all above it: codex looks for settings in each of them, up to where the repository begins. */
function upTo(folder: string): string[] {
  const above = dirname(folder)
  return above === folder ? [folder] : [folder, ...upTo(above)]
}

function obstacleIn(own: readonly string[]): RefusedRole | undefined {
  const set = flagValues(own, ['-c', '--config']).find(({ value }) =>
    /^\s*(?:developer_instructions|projects|agents|features\.multi_agent\w*)\b/.test(value),
  )
  if (set !== undefined)
    return refused(
      `${set.written} would stand in the way of its role`,
      'Leave it out; write it into the role instead.',
    )
  const multiple = flagValues(own, ['--enable']).find(({ value }) => value.startsWith('multi_agent'))
  if (multiple !== undefined) return refused(`${multiple.written} lets it start agents`, 'Leave it out.')
  const folder = flagValues(own, ['-C', '--cd']).find(({ value }) => !isAbsolute(value))
  if (folder !== undefined)
    return refused(`${folder.written} is no absolute path`, 'Set work_dir of the agent instead.')
  return undefined
}

/** Codex leaves the guidance of a folder out that it does not trust. It is no right, so the model is told where it is. */
function instructionsOf(prompt: string): string {
  return `${prompt}\n\nThe guidance of the project stands in AGENTS.md of the working directory, if there is one: read it before you begin.`
}

function hasModel(own: readonly string[]): boolean {
  if (flagValues(own, ['-m', '--model']).length > 0) return true
  return flagValues(own, ['-c', '--config']).some(({ value }) => /^\s*model\s*=/.test(value))
}

/** Its server gets only few variables unless they are named, and asks for each call unless told otherwise. */
function serverOf({ mcp, env }: RoleRequest): string[] {
  if (mcp === undefined) return []
  const [command = '', ...args] = mcp
  const names = Object.keys(env).filter((name) => name.startsWith('MARROW_'))
  const server = { command, args, env_vars: names, default_tools_approval_mode: 'approve' }
  return [setting(`mcp_servers.${MCP_SERVER}`, server)]
}

/** `key=VALUE` as TOML has it on one line. */
function setting(key: string, value: string | boolean | object): string {
  return `${key}=${inline(value)}`
}

function inline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(inline).join(', ')}]`
  if (typeof value !== 'object' || value === null) return stringify({ value }).trim().slice('value = '.length)
  return `{${Object.entries(value)
    .map(
      ([key, one]) =>
        `${stringify({ [key]: 0 })
          .trim()
          .slice(0, -' = 0'.length)}=${inline(one)}`,
    )
    .join(', ')}}`
}
