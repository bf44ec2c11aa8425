/** Owns small trees of role files for tests: who may call whom, and nothing else that matters. */
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** The front matter of one role, as YAML, and its text. */
export interface RoleText {
  readonly front: string
  readonly text?: string
}

/** A chief that calls a lead and a hand, a lead that calls a hand, a hand that calls nobody. */
const threeLevels: Readonly<Record<string, RoleText>> = {
  'l1/chief': {
    front:
      'role: primary\nscheduled: true\ncallable: false\ncapabilities: [read, { delegate: [l2/lead, l3/hand] }]',
  },
  'l2/lead': { front: 'capabilities: [read, { delegate: [l3/hand] }]' },
  'l3/hand': { front: 'class: leaf\ncapabilities: [read, write]' },
}

/** Writes them below `<layer>/roles`. */
export async function writeRoles(
  layer: string,
  roles: Readonly<Record<string, RoleText>> = threeLevels,
): Promise<void> {
  for (const [id, { front, text = `You are ${id}.` }] of Object.entries(roles)) {
    const path = join(layer, 'roles', `${id}.md`)
    await mkdir(dirname(path), { recursive: true })
    const name = id.split('/').at(-1)
    await writeFile(path, `---\nname: ${name}\ndescription: For a test.\n${front}\n---\n${text}\n`)
  }
}
