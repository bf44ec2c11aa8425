/** Who may import whom: every line of the import rules is seen to refuse, and seen to let pass what lies next to it. */
import { afterAll, beforeAll, test } from 'vitest'
import { makeTempDir, removeTempDir } from '../helpers/temp-dir.ts'
import { copyCheckout, plant } from './checkout-copy.ts'
import { gates } from './complaints.ts'
import { cases, loneCases, type ImportCase } from './import-cases.ts'

// The rules look at paths and text alone, so the planted files are linted without the rest of the sources.
const configuration = ['.oxlintrc.json', 'package.json', 'tsconfig.json']
const copies: string[] = []
let complaints: readonly string[]

beforeAll(async () => {
  complaints = await lint(cases)
})

afterAll(async () => {
  for (const copy of copies) await removeTempDir(copy)
})

test('no two cases share a file', ({ expect }) => {
  expect(new Set(cases.map(([, from]) => from)).size).toBe(cases.length)
})

test.for(cases)('%s: %s', ([, from, , refusedBy], { expect }) => {
  expect(importComplaints(complaints, from)).toEqual(refusedBy === undefined ? [] : [refusedBy])
})

test.for(loneCases)('%s: %s', async (loneCase, { expect }) => {
  const [, from, , refusedBy] = loneCase
  expect(importComplaints(await lint([loneCase]), from)).toEqual([refusedBy])
})

/** The rules, of those that are about imports, globals and properties, by which `from` is refused. */
function importComplaints(all: readonly string[], from: string): string[] {
  return all.flatMap((complaint) => {
    const [file, rule = ''] = complaint.split(' ')
    return file === `src/${from}` && rule.startsWith('no-restricted-') ? [rule] : []
  })
}

async function lint(planted: readonly ImportCase[]): Promise<readonly string[]> {
  const copy = await makeTempDir()
  copies.push(copy)
  await copyCheckout(copy, configuration)
  await plant(copy, Object.fromEntries(planted.map(([, from, text]) => [`src/${from}`, text])))
  return (await gates.lint(copy)).complaints
}
