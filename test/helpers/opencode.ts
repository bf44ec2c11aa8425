/** The world of a real agent CLI, furnished for opencode. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openCliWorld, type CliWorld } from './cli-world.ts'

const MODEL = 'loop/scripted-1'

export interface OpencodeWorld extends CliWorld {
  /** What opencode needs in its environment besides PATH. */
  readonly env: Readonly<Record<string, string>>
  /** The same with other settings laid over opencode's configuration, such as agents and permissions. */
  envWith(config: Readonly<Record<string, unknown>>): Record<string, string>
}

/** Makes the world inside `dir`. */
export async function openOpencodeWorld(dir: string): Promise<OpencodeWorld> {
  const world = await openCliWorld(dir)
  furnishHome(world.home)
  const envWith = (config: Readonly<Record<string, unknown>>) => ({
    HOME: world.home,
    // Only for tests: there is neither a list of models nor a language server to lose here.
    OPENCODE_DISABLE_MODELS_FETCH: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    OPENCODE_CONFIG_CONTENT: JSON.stringify({ ...configFor(world.model), ...config }),
  })
  return { ...world, env: envWith({}), envWith }
}

function configFor(model: string) {
  const offered = {
    name: 'Scripted',
    tool_call: true,
    limit: { context: 200_000, output: 8_000 },
    cost: { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75 },
  }
  const options = { baseURL: `${model}/v1`, apiKey: 'not-a-key' }
  return {
    autoupdate: false,
    share: 'disabled',
    model: MODEL,
    small_model: MODEL,
    enabled_providers: ['loop'],
    provider: {
      loop: {
        npm: '@ai-sdk/openai-compatible',
        name: 'Loopback',
        options,
        models: { 'scripted-1': offered },
      },
    },
  }
}

/** opencode installs its plugin package into every configuration folder, unless it finds one that says it is there. */
function furnishHome(home: string): void {
  const folder = join(home, '.config/opencode')
  mkdirSync(join(folder, 'node_modules'), { recursive: true })
  const lock = {
    lockfileVersion: 3,
    packages: { '': { dependencies: { '@opencode-ai/plugin': '1.18.33' } } },
  }
  writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock))
}
