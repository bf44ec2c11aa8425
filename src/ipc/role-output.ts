/** Owns what the commands about roles print with `--json`. Pure. */
import { z } from 'zod'
import type { TargetName } from '../roles/cast/target.ts'
import { Problem } from './problem.ts'

const RoleChange = z
  .object({
    path: z.string().describe("In the operator's layer: `roles/l2/lead.md`."),
    change: z.enum(['added', 'changed', 'removed', 'kept']),
    why: z
      .enum(['edited', 'deleted', 'foreign'])
      .nullable()
      .describe(
        'Why it is kept: you edited or deleted it, or it came from elsewhere. `--theirs` takes what the source has.',
      ),
    in_place_of_core: z.boolean().describe("Whether the core's role of this id gives way to it."),
    diff: z.string().nullable().describe('Of a file that changes: unified.'),
  })
  .meta({ id: 'RoleChange', description: "What becomes of one file of the operator's layer." })

const SourceChanges = z
  .object({
    source: z.string().nullable().describe('Without a password; null: a single role is removed.'),
    ref: z.string().nullable().describe("Null: the source's own first branch."),
    commit: z.string().nullable().describe('Null: a folder that is no repository, or it is removed.'),
    commit_before: z.string().nullable().describe('What was installed before.'),
    agents: z
      .array(z.object({ agent: z.string(), before: z.string(), after: z.string() }))
      .describe('Agents whose role would be another one: ids.'),
    changes: z.array(RoleChange).describe('Files that stay as they are, are left out.'),
  })
  .meta({ id: 'SourceChanges', description: 'What becomes of the roles of one source.' })

const targets = ['opencode', 'claude', 'codex', 'cursor', 'windsurf'] as const satisfies TargetName[]

const roleKeys = {
  id: z.string().describe('Its path below the folder of roles: `l2/review-lead`.'),
  name: z.string(),
  description: z.string(),
  from: z
    .enum(['core', 'operator', 'workspace'])
    .describe("Whose file it is; a workspace's may be written by agents."),
  in_place_of_core: z.boolean().describe("Whether it is the operator's in place of one of the core."),
  level: z.int().nullable().describe('1: mains, 2: leads, 3: leaf workers; null: not said.'),
  mode: z.enum(['primary', 'subagent', 'all']),
  tier: z.string().describe('What roles.toml turns into a model.'),
  scheduled: z.boolean().describe('It may be the role of an agent.'),
  callable: z.boolean().describe('It may be handed work.'),
  calls: z.array(z.string()).describe('Ids of the roles that it may hand work to.'),
  agents: z.array(z.string()).describe('Agents whose role it is.'),
  path: z.string().describe('The file, absolute.'),
}

const RoleSummary = z.object(roleKeys).meta({ id: 'RoleSummary', description: 'One role.' })
export type RoleSummary = z.infer<typeof RoleSummary>

const InstalledSource = z
  .object({
    source: z.string(),
    ref: z.string().nullable().describe("Null: the source's own first branch."),
    commit: z.string().nullable().describe('Null: a folder that is no repository.'),
    files: z.int().describe('How many files came from it.'),
  })
  .meta({ id: 'InstalledSource', description: 'A source that `role add` installed.' })

/** What `role list` prints. */
const RoleListOutput = z.object({
  roles: z.array(RoleSummary).describe('By id. What has a mistake is left out; see `role check`.'),
  mistakes: z.int().describe('How many mistakes `role check` would tell.'),
  sources: z.array(InstalledSource),
})
export type RoleListOutput = z.infer<typeof RoleListOutput>

const RoleTarget = z
  .object({
    target: z.enum(targets),
    enabled: z.boolean().describe('Whether roles are cast for it.'),
    model: z.string().nullable().describe("Null: the agent CLI's own."),
    tools: z.array(z.string()).describe('By the names of the canonical format.'),
    bash: z
      .union([z.enum(['none', 'all']), z.array(z.string())])
      .describe('How far its shell goes: not at all, everywhere, or the patterns that a command must match.'),
  })
  .meta({ id: 'RoleTarget', description: 'What a role is for one agent CLI or editor.' })

/** What `role show` prints. */
const RoleShowOutput = z.object({
  ...roleKeys,
  called_by: z.array(z.string()).describe('Ids of the roles that may hand work to it.'),
  allowed_children: z.array(z.string()),
  max_delegate_depth: z.int().nullable(),
  base: z.string().nullable().describe('Of a custom role: the role that it is a variant of.'),
  capabilities: z.array(z.string()),
  skills: z.array(z.string()),
  temperature: z.number().nullable(),
  targets: z.array(RoleTarget),
  source: z.string().nullable().describe('Where it was installed from.'),
  prompt: z.string(),
})
export type RoleShowOutput = z.infer<typeof RoleShowOutput>

/** What `role check` prints. */
const RoleCheckOutput = z.object({
  ok: z.boolean().describe('Whether there is no mistake; as the exit code says it.'),
  mistakes: z.array(Problem),
  hints: z.array(Problem).describe('What is allowed and probably not meant.'),
})
/** What `role graph` prints. */
const RoleGraphOutput = z.object({
  roles: z.array(z.object({ id: z.string(), level: z.int().nullable(), calls: z.array(z.string()) })),
  tree: z.array(z.string()).describe('Lines for a terminal.'),
  mermaid: z.string(),
})
export type RoleGraphOutput = z.infer<typeof RoleGraphOutput>

/** What `role edit` prints; with it no editor is opened. */
const RoleEditOutput = z.object({
  role: z.string(),
  path: z.string().describe("The operator's file."),
  copied: z.boolean().describe("Whether it was made just now, as a copy of the core's."),
  mistakes: z.array(Problem).describe('Of this file.'),
})
export type RoleEditOutput = z.infer<typeof RoleEditOutput>

/** What `role add`, `update` and `remove` would do, or did. */
const RoleChangesOutput = z.object({
  applied: z.boolean().describe('Whether it was done, or only listed; `--yes` does it.'),
  sources: z.array(SourceChanges),
})
export type RoleChangesOutput = z.infer<typeof RoleChangesOutput>

const CastFileView = z
  .object({
    target: z.enum(targets),
    path: z.string().describe('Below the folder.'),
    of: z.string().describe('The id of the role, or `skills/NAME`.'),
    done: z
      .enum(['write', 'keep', 'restore', 'remove', 'adopt', 'foreign'])
      .describe(
        "`restore`: it was edited, and is as it was cast; `adopt`: a file of an earlier casting was taken over; `foreign`: it is not marrow's, and was left.",
      ),
    in_the_way: z.boolean().describe('Whether a foreign file keeps a role from being cast.'),
    kept_at: z.string().nullable().describe('Where the text is kept that was there before.'),
    problem: z.string().nullable().describe('Why it could not be done.'),
  })
  .meta({ id: 'CastFile', description: 'What casting did to one file.' })
export type CastFileView = z.infer<typeof CastFileView>

/** What casting did in one folder. */
export const CastPlaceView = z
  .object({
    folder: z.string(),
    agents: z.array(z.string()).describe('Whose workspace it is.'),
    files: z.array(CastFileView),
    problems: z.array(z.string()).describe('What could not be cast, and why.'),
    left_out: z.array(Problem).describe('Mistakes in the files of the workspace, which agents write.'),
  })
  .meta({ id: 'CastPlace', description: 'What casting did in one folder.' })
export type CastPlaceView = z.infer<typeof CastPlaceView>

/** What `role cast` prints. */
const RoleCastOutput = z.object({
  ok: z.boolean().describe('Whether everything could be done; as the exit code says it.'),
  dry: z.boolean().describe('Whether it is only told what would be done.'),
  places: z.array(CastPlaceView),
})
export type RoleCastOutput = z.infer<typeof RoleCastOutput>

/** By the words of the command. */
export const roleOutputs: Readonly<Record<string, z.ZodType>> = {
  'role list': RoleListOutput,
  'role show': RoleShowOutput,
  'role check': RoleCheckOutput,
  'role graph': RoleGraphOutput,
  'role edit': RoleEditOutput,
  'role add': RoleChangesOutput,
  'role update': RoleChangesOutput,
  'role remove': RoleChangesOutput,
  'role cast': RoleCastOutput,
}
