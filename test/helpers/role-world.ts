/** The world of a real agent CLI for all tests of a file, and what tests of roles do in it: plant files, cast, take a turn. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import type { NativeRole, RoleDelivery } from '../../src/agents/role.ts'
import { castAll } from '../../src/roles/cast/cast.ts'
import { markText } from '../../src/roles/cast/marker.ts'
import type { TargetSettings } from '../../src/roles/cast/target.ts'
import type { CliWorld } from './cli-world.ts'
import type { ModelRequest } from './model-server.ts'
import { native } from './role-request.ts'
import { digger, planner } from './roles.ts'
import { makeTempDir, removeTempDir } from './temp-dir.ts'

const TURN_MS_MAX = 50_000

interface Opened<World> {
  readonly dir: string
  readonly world: World
}

/** Is opened before the first test of the file and closed after the last. */
export function worldOfFile<World extends CliWorld>(open: (dir: string) => Promise<World>): Opened<World> {
  let made: Opened<World> | undefined
  beforeAll(async () => {
    const dir = await makeTempDir()
    made = { dir, world: await open(dir) }
  })
  afterAll(async () => {
    await made?.world[Symbol.asyncDispose]()
    if (made !== undefined) await removeTempDir(made.dir)
  })
  const opened = () => {
    if (made === undefined) throw new Error('The world is open only while tests run.')
    return made
  }
  return {
    get dir() {
      return opened().dir
    },
    get world() {
      return opened().world
    },
  }
}

/** Files below a folder, with the folders that they need. */
export function plant(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

/** The planner and the digger as cast files, by path. */
export function castFiles(
  settings: TargetSettings,
  skills: Parameters<typeof castAll>[1] = [],
): Record<string, string> {
  const { files } = castAll([planner, digger], skills, settings)
  return Object.fromEntries(files.map(({ path, text, of }) => [path, markText(text, of)]))
}

/** Puts the files of a role that can be delivered where its run looks for them. */
export function deliverTo(folder: string, delivery: RoleDelivery | undefined): NativeRole {
  const delivered = native(delivery)
  plant(folder, Object.fromEntries(delivered.files.map(({ path, text }) => [path, text])))
  return delivered
}

/** What the model is asked from now on, without what offers no tools: that makes titles and the like. */
export function requestsFromNow(world: CliWorld): () => ModelRequest[] {
  const before = world.requests().length
  return () =>
    world
      .requests()
      .slice(before)
      .filter(({ tools }) => tools.length > 0)
}

/** One turn of a CLI that is given its prompt on stdin. */
export function takeTurn(
  world: CliWorld,
  words: readonly string[],
  { cwd, env, input }: { cwd: string; env: Readonly<Record<string, string>>; input: string },
) {
  const asked = requestsFromNow(world)
  const [program = '', ...rest] = world.enter(words)
  const { stdout, stderr } = spawnSync(program, rest, {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
    input,
    encoding: 'utf8',
    timeout: TURN_MS_MAX,
  })
  return { stdout, stderr, requests: asked() }
}
