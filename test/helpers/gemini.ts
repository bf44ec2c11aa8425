/** The world of a real agent CLI, furnished for Gemini CLI. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openCliWorld, type CliWorld } from './cli-world.ts'

export interface GeminiWorld extends CliWorld {
  /** What it needs in its environment besides PATH: a Node of at least version 20 must be found there. */
  readonly env: Readonly<Record<string, string>>
  /** Lays other settings over those of this world, such as folder trust, or puts any text in their place. */
  furnish(settings?: Readonly<Record<string, unknown>> | string): void
}

/** Makes the world inside `dir`. */
export async function openGeminiWorld(dir: string): Promise<GeminiWorld> {
  const world = await openCliWorld(dir)
  const folder = join(world.home, '.gemini')
  mkdirSync(folder, { recursive: true })
  const furnish = (settings: Readonly<Record<string, unknown>> | string = {}) => {
    const content =
      typeof settings === 'string' ? settings : JSON.stringify({ ...quietSettings, ...settings })
    writeFileSync(join(folder, 'settings.json'), content)
  }
  furnish()
  const env = {
    HOME: world.home,
    // Of the shape of no key, so that it cannot be taken for one that leaked.
    GEMINI_API_KEY: 'not-a-key',
    GOOGLE_GEMINI_BASE_URL: world.model,
  }
  return { ...world, env, furnish }
}

/** It must not ask anybody but the scripted model anything. */
const quietSettings = {
  security: { auth: { selectedType: 'gemini-api-key' }, folderTrust: { enabled: false } },
  privacy: { usageStatisticsEnabled: false },
  general: { enableAutoUpdate: false },
  telemetry: { enabled: false },
}
