/** What goes around one run: its wall, with what its agent CLI finds there, its user, its limits. */
import { dirname } from 'node:path'
import { adapterFor } from '../agents/adapters.ts'
import type { AgentConfig } from '../config/config.ts'
import { cliView, type CliView } from '../isolation/cli-view.ts'
import { keptFolder, noCliFolders } from '../isolation/home.ts'
import { entryWords, rlimitWords } from '../isolation/limit-words.ts'
import type { LimitPlan } from '../isolation/limits.ts'
import { keepFolder } from '../isolation/wishes.ts'
import type { Fence } from '../isolation/wrap.ts'
import { makeFolder, makePrivateFolder, namesIn } from '../platform/files.ts'
import type { User } from '../platform/users.ts'
import { giveFolder } from '../platform/whole-file.ts'
import { realPath } from '../platform/paths.ts'
import { runPaths, SANDBOX_FD } from '../runner/folder.ts'
import { folderOf, type Core } from './core.ts'
import { fenceIn } from './fences.ts'
import { limitsOf } from './limits.ts'
import { carryLogin, keepLogin, loginOf } from './logins.ts'
import { groundOf, standingIn, startsAsRoot, userOf, type Ground } from './standing.ts'

/** What a run is started within. */
export interface Around {
  readonly limits: LimitPlan | null
  /** Undefined: the daemon's own user. */
  readonly owner: User | undefined
  /** The whole environment of the run. */
  readonly env: Readonly<Record<string, string>>
  /** The words of its agent CLI as they have to be there. */
  readonly adapted: (words: readonly string[]) => readonly string[]
  readonly fence: (words: readonly string[]) => Fence
}

type Environment = Readonly<Record<string, string>>

/** Works it out and makes what it needs: the folders of the agent's CLI, and its login. Throws CANNOT_WRITE. */
export function aroundRun(
  core: Core,
  agent: AgentConfig,
  { id, env, native }: { readonly id: string; readonly env: Environment; readonly native: boolean },
): Around {
  const ground = groundOf(core)
  const standing = standingIn(ground, agent)
  const wall = standing.kind === 'walled' ? standing.wall.kind : undefined
  const limits = limitsOf(core, agent, { id, wall, root: startsAsRoot(agent) })
  if (wall === 'bubblewrap') {
    carryLogin(core, agent)
    keepLogin(core, agent, id)
  }
  const view = wall === undefined ? { cli: noCliFolders, env: {} } : viewOf(ground, agent, env)
  if (wall !== undefined) makeKept(core, agent, env['HOME'] ?? '/', view)
  const whole = { ...env, ...view.env }
  const temporary = runPaths(folderOf(core.config, id)).temporary
  if (wall === 'seatbelt') makePrivateFolder(temporary)
  const { prompt, token, role } = runPaths(folderOf(core.config, id))
  const tokens = core.life.agentsDoor ? [token] : []
  return {
    limits,
    owner: userOf(agent),
    env: whole,
    adapted: (words) => (wall === undefined ? words : adaptedWords(agent, words)),
    fence: (words) =>
      fenceIn(ground, agent, {
        // As configured: in the words that are sent, a prompt may look like a path.
        words: agent.command,
        env: whole,
        cli: view.cli,
        comingFolders: native ? [role] : [],
        comingFiles: [...tokens, ...(words.some((word) => word.includes(prompt)) ? [prompt] : [])],
        outside: entryWords(limits, core.program.enter),
        inside: rlimitWords(limits, core.limitFacts),
        infoFd: SANDBOX_FD,
        temporary: realPath(temporary),
        logins: loginOf(core, agent)?.files.map(({ own }) => own) ?? [],
      }),
  }
}

/** What the agent's CLI finds behind the wall. */
export function viewOf(ground: Ground, agent: AgentConfig, env: Environment): CliView {
  const { needs } = adapterFor(agent.adapter)
  // Where nothing can be shown at another place, the login is shared as it lies.
  const login = process.platform === 'darwin' ? undefined : loginOf(ground, agent)
  return cliView({ needs, home: env['HOME'] ?? '/', env, login, entriesOf: namesIn })
}

/** As the CLI has to be called there. Words that cannot work are refused before. */
export function adaptedWords(agent: AgentConfig, words: readonly string[]): readonly string[] {
  const walled = adapterFor(agent.adapter).walled?.(words)
  return walled?.kind === 'works' ? walled.words : words
}

/** Makes what its CLI keeps: what is not there cannot be shown. */
export function makeKept(
  { config }: Pick<Core, 'config'>,
  agent: AgentConfig,
  home: string,
  { cli }: CliView,
): void {
  const user = userOf(agent)
  const keep = keepFolder(config.stateDir, agent)
  for (const path of cli.kept) {
    const folder = keptFolder({ home, keep }, path)
    makeFolder(dirname(folder))
    makePrivateFolder(folder)
    if (user !== undefined) giveFolder(folder, user)
  }
}
