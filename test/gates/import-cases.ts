/** The rules of who may touch what, one small file per rule: where it lies, what it says, and whether the linter must refuse it. */

const imports = (name: string) => `import { planted } from '${name}'\nexport const kept = planted\n`
const importsType = (name: string) => `import type { Planted } from '${name}'\nexport type Kept = Planted\n`
const awaits = (name: string) => `export const later = () => import('${name}')\n`
const uses = (expression: string) => `export const value = ${expression}\n`

const everything = `import 'node:fs'\nvoid [Date.now(), Math.random(), process.env]\n`

/** A file, its text, and the rule that must refuse it; `undefined` when it must pass. */
export type ImportCase = readonly [does: string, from: string, text: string, refusedBy: string | undefined]

const imported = 'no-restricted-imports'
const globals = 'no-restricted-globals'
const properties = 'no-restricted-properties'

/** Files named `planted*` and folders named `planted` do not exist in the checkout. */
export const cases: readonly ImportCase[] = [
  // A pure file: data in, data out.
  ['a pure file imports its own folder', 'planted/a0.ts', imports('./a1.ts'), undefined],
  ['a pure file imports a pure neighbour', 'planted/a1.ts', imports('../base/planted.ts'), undefined],
  ['a pure file joins paths', 'planted/a2.ts', imports('node:path'), undefined],
  ['a pure file parses with zod', 'planted/a3.ts', imports('zod'), undefined],
  ['a pure file reads YAML', 'planted/a8.ts', imports('yaml'), undefined],
  ['a pure file reads TOML', 'planted/a9.ts', imports('smol-toml'), undefined],
  ['a pure file splits words', 'planted/a10.ts', imports('shlex'), undefined],
  ['a pure file reads cron', 'planted/a11.ts', imports('cron-parser'), undefined],
  ['a pure file names a type of an effect file', 'planted/a4.ts', importsType('./store.ts'), undefined],
  ['a pure file names the type of a port', 'planted/a5.ts', importsType('../platform/clock.ts'), undefined],
  ['a pure file names a type of node', 'planted/a6.ts', importsType('node:fs'), undefined],
  [
    'a pure file takes a Date',
    'planted/a7.ts',
    'export const year = (at: Date) => at.getUTCFullYear()\n',
    undefined,
  ],
  ['a pure file reads the disk', 'planted/b1.ts', imports('node:fs'), imported],
  ['a pure file reads the disk later', 'planted/b2.ts', awaits('node:fs/promises'), imported],
  ['a pure file starts processes', 'planted/b3.ts', imports('execa'), imported],
  ['a pure file imports node:process', 'planted/b4.ts', imports('node:process'), imported],
  ['a pure file imports its own store', 'planted/b5.ts', imports('./store.ts'), imported],
  ['a pure file imports its own store later', 'planted/b6.ts', awaits('./store.ts'), imported],
  [
    'a pure file passes its own store on',
    'planted/b7.ts',
    `export { planted } from './store.ts'\n`,
    imported,
  ],
  ['a pure file imports from a folder of effects', 'planted/b8.ts', imports('./run/step.ts'), imported],
  ['a pure file imports an effect next door', 'planted/b9.ts', imports('../config/load.ts'), imported],
  ['a pure file calls a port', 'planted/c1.ts', imports('../platform/clock.ts'), imported],
  ['a pure file imports the wiring', 'planted/c2.ts', imports('../daemon/main.ts'), imported],
  ['a deep pure file imports an effect', 'planted/planted/c3.ts', imports('../../config/load.ts'), imported],
  ['a pure file asks for the time', 'planted/d1.ts', uses('Date.now()'), globals],
  ['a pure file measures time', 'planted/d2.ts', uses('performance.now()'), globals],
  ['a pure file waits', 'planted/d3.ts', uses('setTimeout(String, 1)'), globals],
  ['a pure file sets a deadline', 'planted/d4.ts', uses('AbortSignal.timeout(1)'), properties],
  ['a pure file throws dice', 'planted/d5.ts', uses('Math.random()'), properties],
  ['a pure file reads the environment', 'planted/d6.ts', uses('process.env'), globals],
  ['a pure file goes round by globalThis', 'planted/d7.ts', uses('globalThis.process'), globals],
  ['a pure file goes round by global', 'planted/d8.ts', uses('global.process'), globals],
  ['a pure file goes round by require', 'planted/d9.ts', uses(`require('node:fs')`), globals],
  ['a pure file asks the network', 'planted/e1.ts', uses(`fetch('http://localhost')`), globals],
  ['a pure file repeats', 'planted/e3.ts', uses('setInterval(String, 1)'), globals],
  ['a pure file yields', 'planted/e4.ts', uses('setImmediate(String)'), globals],
  ['a pure file queues', 'planted/e5.ts', uses('queueMicrotask(String)'), globals],
  ['a pure file opens a web socket', 'planted/e6.ts', uses(`new WebSocket('ws://localhost')`), globals],
  ['a pure file follows a stream', 'planted/e7.ts', uses(`new EventSource('http://localhost')`), globals],
  ['a pure file makes an id of chance', 'planted/e8.ts', uses('crypto.randomUUID()'), globals],
  ['a test does what it wants', 'planted/e2.test.ts', everything, undefined],

  // The shared words.
  ['base imports base', 'base/planted-a1.ts', imports('./errors.ts'), undefined],
  ['base parses with zod', 'base/planted-a2.ts', imports('zod'), undefined],
  ['base imports a domain', 'base/planted-b1.ts', imports('../config/config.ts'), imported],
  ['base names the type of a domain', 'base/planted-b2.ts', importsType('../config/config.ts'), imported],
  ['a deep file of base imports a domain', 'base/planted/b3.ts', imports('../../config/config.ts'), imported],
  ['base joins paths', 'base/planted-b4.ts', imports('node:path'), imported],
  ['base hashes outside digest.ts', 'base/planted-b5.ts', imports('node:crypto'), imported],
  ['base asks for the time outside time.ts', 'base/planted-b6.ts', uses('Date.now()'), globals],
  ['digest.ts hashes', 'base/digest.ts', imports('node:crypto'), undefined],
  ['time.ts knows Date', 'base/time.ts', uses('new Date(0)'), undefined],

  // Effects by name.
  ['an effect reads the disk', 'planted/load.ts', imports('node:fs'), undefined],
  ['an effect imports its own effects', 'planted/observe.ts', imports('./store.ts'), undefined],
  ['an effect in a folder reads the disk', 'planted/run/a.ts', imports('node:fs'), undefined],
  ['an effect in a folder imports its own effects', 'planted/run/b.ts', imports('../store.ts'), undefined],
  ['an effect calls a port', 'planted/store.ts', imports('../platform/sqlite.ts'), undefined],
  [
    'an effect calls a port with an effect name',
    'planted/watch.ts',
    imports('../platform/watch.ts'),
    undefined,
  ],
  ['an effect imports a pure neighbour', 'planted/loop.ts', imports('../config/config.ts'), undefined],
  [
    'an effect names the type of a neighbour effect',
    'planted/client.ts',
    importsType('../config/load.ts'),
    undefined,
  ],
  ['an effect imports a neighbour effect', 'planted/apply.ts', imports('../config/load.ts'), imported],
  ['an effect imports a neighbour effect later', 'planted/install.ts', awaits('../config/load.ts'), imported],
  [
    'an effect in a folder imports a neighbour effect',
    'planted/run/c.ts',
    imports('../../prompt/load.ts'),
    imported,
  ],
  ['an effect imports the wiring', 'planted/controller.ts', imports('../daemon/main.ts'), imported],
  [
    'an effect names the type of the wiring',
    'planted/run/f.ts',
    importsType('../../daemon/main.ts'),
    imported,
  ],
  ['an effect asks for the time', 'planted/server.ts', uses('Date.now()'), globals],
  ['an effect measures time', 'planted/run/d.ts', uses('performance.now()'), globals],
  ['an effect throws dice', 'planted/run/e.ts', uses('Math.random()'), properties],

  // The doors to the machine.
  ['platform uses node and the time', 'platform/planted-a1.ts', everything, undefined],
  ['platform imports base', 'platform/planted-a2.ts', imports('../base/errors.ts'), undefined],
  ['platform imports a domain', 'platform/planted-b1.ts', imports('../config/config.ts'), imported],
  [
    'platform names the type of a domain',
    'platform/planted-b2.ts',
    importsType('../config/config.ts'),
    imported,
  ],

  // The wiring imports everything; the faces ask it.
  ['the daemon touches everything', 'daemon/planted-a0.ts', everything, undefined],
  ['the daemon imports a store', 'daemon/planted-a1.ts', imports('../planted/store.ts'), undefined],
  ['a command imports the client', 'cli/commands/planted-a1.ts', imports('../../ipc/client.ts'), undefined],
  [
    'a command loads the configuration',
    'cli/commands/planted-a2.ts',
    imports('../../config/load.ts'),
    undefined,
  ],
  ['a command starts the daemon', 'cli/commands/planted-a3.ts', awaits('../../daemon/main.ts'), undefined],
  [
    'a command works without the daemon',
    'cli/commands/planted-a4.ts',
    awaits('../../daemon/local/x.ts'),
    undefined,
  ],
  [
    'a command imports a pure file',
    'cli/commands/planted-a5.ts',
    imports('../../config/config.ts'),
    undefined,
  ],
  [
    'a view names the type of a store',
    'cli/render/planted-a6.ts',
    importsType('../../planted/store.ts'),
    undefined,
  ],
  [
    'a view imports a command named run',
    'cli/render/planted-a7.ts',
    imports('../commands/run.ts'),
    undefined,
  ],
  ['the tree imports the client', 'cli/planted-a8.ts', imports('../ipc/client.ts'), undefined],
  [
    'a view names the type of a handler',
    'cli/render/planted-a9.ts',
    importsType('../../daemon/handlers/x.ts'),
    undefined,
  ],
  [
    'a view names the type of a port',
    'cli/render/planted-a10.ts',
    importsType('../../platform/clock.ts'),
    undefined,
  ],
  ['a command touches its own process', 'cli/commands/planted-a11.ts', everything, undefined],
  ['a command imports a store', 'cli/commands/planted-b1.ts', imports('../../planted/store.ts'), imported],
  [
    'a command imports a store later',
    'cli/commands/planted-b2.ts',
    awaits('../../planted/store.ts'),
    imported,
  ],
  [
    'a command imports a folder of effects',
    'cli/commands/planted-b3.ts',
    imports('../../planted/run/a.ts'),
    imported,
  ],
  ['a command loads something else', 'cli/commands/planted-b4.ts', imports('../../prompt/load.ts'), imported],
  ['a command imports the server', 'cli/commands/planted-b5.ts', imports('../../ipc/server.ts'), imported],
  ['a command installs', 'cli/commands/planted-b6.ts', imports('../../services/install.ts'), imported],
  [
    'a command calls a handler',
    'cli/commands/planted-b7.ts',
    imports('../../daemon/handlers/x.ts'),
    imported,
  ],
  [
    'a command calls a step of the loop',
    'cli/commands/planted-b8.ts',
    awaits('../../daemon/planted.ts'),
    imported,
  ],
  ['a command calls a port', 'cli/commands/planted-b9.ts', imports('../../platform/sqlite.ts'), imported],
  ['the tree imports a store', 'cli/planted-c1.ts', imports('../planted/store.ts'), imported],
  ['the web view imports a store', 'ui/planted-c2.ts', imports('../planted/store.ts'), imported],
  ['the entry hands over', 'cli.ts', `${imports('./base/errors.ts')}${awaits('./cli/tree.ts')}`, undefined],
]

/** What files that there is only one of may not do. */
export const loneCases: readonly ImportCase[] = [
  ['the entry imports a domain', 'cli.ts', imports('./config/config.ts'), imported],
  ['the entry names the type of a domain', 'cli.ts', importsType('./config/config.ts'), imported],
  ['the entry imports a port later', 'cli.ts', awaits('./platform/clock.ts'), imported],
  ['digest.ts reads the disk', 'base/digest.ts', imports('node:fs'), imported],
  ['digest.ts names the type of a domain', 'base/digest.ts', importsType('../config/config.ts'), imported],
]
