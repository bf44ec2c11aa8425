/** A gate counts once it has failed: mistakes are planted in a copy of the checkout, and each gate must report exactly its own. */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from '../helpers/temp-dir.ts'
import { copyCheckout, plant } from './checkout-copy.ts'
import { gates } from './complaints.ts'

const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index)).join('\n')

const plantings = [
  {
    gate: 'types',
    files: {
      'src/base/planted-type.ts': `export const count: number = 'three'\n`,
      'src/base/planted-index.ts': `export const first = (all: string[]) => all[0].length\n`,
      'src/base/planted-optional.ts': `export const sized: { size?: number } = { size: undefined }\n`,
      'src/base/planted-enum.ts': `export enum Colour {\n  Red,\n}\n`,
      'test/helpers/planted-type.ts': `export const count: number = 'three'\n`,
    },
    expected: [
      'src/base/planted-enum.ts TS1294',
      'src/base/planted-index.ts TS2532',
      'src/base/planted-optional.ts TS2375',
      'src/base/planted-type.ts TS2322',
      'test/helpers/planted-type.ts TS2322',
    ],
  },
  {
    gate: 'lint',
    files: {
      'src/base/planted-cycle-a.ts': `import { b } from './planted-cycle-b.ts'\n\nexport const a = () => b\n`,
      'src/base/planted-cycle-b.ts': `import { a } from './planted-cycle-a.ts'\n\nexport const b = () => a\n`,
      'src/tasks/planted-impure.ts': `import { readFileSync } from 'node:fs'\n\nexport const read = readFileSync\n`,
      'src/base/planted-floating.ts': `export function start(work: () => Promise<void>): void {\n  work()\n}\n`,
      'src/base/planted-misused.ts': `export function is(ask: () => Promise<boolean>): string {\n  return ask() ? 'a' : 'b'\n}\n`,
      'src/base/planted-barrel.ts': `export * from './planted-floating.ts'\n`,
      'src/base/planted-any.ts': `export const anything = (given: any): string => String(given)\n`,
      'src/base/planted-non-null.ts': `export const size = (text: string | undefined) => text!.length\n`,
      'src/base/planted-switch.ts': `export function name(of: 'a' | 'b'): string {\n  switch (of) {\n    case 'a':\n      return 'first'\n  }\n  return ''\n}\n`,
      'src/base/planted-console.ts': `console.log('loaded')\n`,
      'src/base/planted-protocol.test.ts': `import { sep } from 'path'\n\nvoid sep\n`,
      'src/base/planted-type-import.ts': `import { Moment } from './moment.ts'\n\nexport type Kept = Moment\n`,
      'src/base/planted-type-inline.ts': `import { type Moment } from './moment.ts'\n\nexport type Kept = Moment\n`,
      'bench/planted-console.ts': `console.log('a benchmark prints')\n`,
      'src/base/planted-directive.ts': `// oxlint-disable-next-line no-console\nexport const one = 1\n`,
      'src/base/planted-long-file.ts': `${lines(301, (index) => `export const v${index} = ${index}`)}\n`,
      'src/base/planted-long-function.ts': `export function long(): number[] {\n  const all: number[] = []\n${lines(58, (index) => `  all.push(${index})`)}\n  return all\n}\n`,
    },
    expected: [
      'src/base/planted-any.ts no-explicit-any',
      'src/base/planted-barrel.ts no-barrel-file',
      'src/base/planted-console.ts no-console',
      'src/base/planted-cycle-a.ts no-cycle',
      'src/base/planted-cycle-b.ts no-cycle',
      'src/base/planted-directive.ts unused-directive',
      'src/base/planted-floating.ts no-floating-promises',
      'src/base/planted-long-file.ts max-lines',
      'src/base/planted-long-function.ts max-lines-per-function',
      'src/base/planted-misused.ts no-misused-promises',
      'src/base/planted-non-null.ts no-non-null-assertion',
      'src/base/planted-protocol.test.ts prefer-node-protocol',
      'src/base/planted-switch.ts switch-exhaustiveness-check',
      'src/base/planted-type-import.ts consistent-type-imports',
      'src/base/planted-type-inline.ts no-import-type-side-effects',
      'src/tasks/planted-impure.ts no-restricted-imports',
    ],
  },
  {
    gate: 'format:check',
    files: {
      'src/base/planted-format.ts': `export const words = [ "double",'single' ];\n`,
      'bench/planted-format.ts': `export const words = [ "double",'single' ];\n`,
    },
    expected: ['bench/planted-format.ts format', 'src/base/planted-format.ts format'],
  },
  {
    gate: 'deadcode',
    files: {
      'src/base/planted.test.ts': `import { used } from './planted-used.ts'\n\nused()\n`,
      'src/base/planted-used.ts': `export const used = () => 1\nexport const unused = () => 2\n`,
      'src/base/planted-orphan.ts': `export const orphan = () => 3\n`,
      'test/helpers/planted-orphan.ts': `export const orphan = () => 3\n`,
    },
    expected: [
      'package.json dependencies:planted-dependency',
      'src/base/planted-orphan.ts files',
      'src/base/planted-used.ts exports:unused',
      'test/helpers/planted-orphan.ts files',
    ],
  },
] as const

test.for(plantings)(
  'the gate "$gate" reports what was planted, and nothing else',
  { timeout: 120_000 }, // Two passes of a tool over the whole tree, on a machine that may be busy.
  async ({ gate, files, expected }, { dir: copy, expect }) => {
    await copyCheckout(copy)
    const before = await gates[gate](copy)
    expect(before.red).toBe(before.complaints.length > 0)

    await plant(copy, files)
    if (gate === 'deadcode') await addDependency(copy, 'planted-dependency')
    const after = await gates[gate](copy)

    expect(after.complaints.filter((complaint) => !before.complaints.includes(complaint))).toEqual(expected)
    expect(after.red).toBe(true)
  },
)

async function addDependency(copy: string, name: string): Promise<void> {
  const path = join(copy, 'package.json')
  const text = await readFile(path, 'utf8')
  await writeFile(path, text.replace('"dependencies": {', `"dependencies": {\n    "${name}": "1.0.0",`))
}
