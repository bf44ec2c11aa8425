/** The world of a real agent CLI, furnished for codex. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openCliWorld, type CliWorld } from './cli-world.ts'

export interface CodexWorld extends CliWorld {
  /** What codex needs in its environment besides PATH. */
  readonly env: Readonly<Record<string, string>>
  /** Where codex keeps its settings, its logins and its conversations. */
  readonly codexHome: string
  /** Lays one more line over the settings of this world, such as a sandbox, until it is called again. */
  furnish(line?: string): void
}

/** Makes the world inside `dir`. */
export async function openCodexWorld(dir: string): Promise<CodexWorld> {
  const world = await openCliWorld(dir)
  const codexHome = join(world.home, '.codex')
  // Not what lies above its home: codex puts no programs for its sandbox below a folder for temporary files.
  const temporary = join(dir, 'tmp')
  for (const folder of [codexHome, temporary]) mkdirSync(folder, { recursive: true })
  const furnish = (line = '') =>
    writeFileSync(join(codexHome, 'config.toml'), `${line}\n${settingsFor(world.model)}`)
  furnish()
  // Of the shape of no key, so that it cannot be taken for one that leaked.
  const env = { HOME: world.home, TMPDIR: temporary, LOOP_API_KEY: 'not-a-key' }
  return { ...world, env, codexHome, furnish }
}

/** It must not ask anybody but the scripted model anything. */
function settingsFor(model: string): string {
  return `
model = "scripted-1"
model_provider = "loop"
[model_providers.loop]
name = "Loopback"
base_url = "${model}/v1"
wire_api = "responses"
env_key = "LOOP_API_KEY"
[analytics]
enabled = false
[feedback]
enabled = false
[features]
plugins = false
`
}
