import { describe, test } from 'vitest'
import { keyText, newReport } from '../config/report.ts'
import { readSettings, settingsOf } from './settings.ts'

const read = (...lines: readonly string[]) => {
  const report = newReport()
  const file = readSettings(lines.join('\n'), report)
  const said = (issues: typeof report.problems) =>
    issues.map(({ path, reason, line }) => `${line ?? ''}${keyText(path)}: ${reason}`)
  return { file, problems: said(report.problems), warnings: said(report.warnings) }
}

const whole = [
  '[project]',
  'roles_dir = ".agents/roles"',
  '[targets.opencode]',
  'output_dir = "./out"',
  'output_layout = "namespace"',
  '[targets.opencode.model_map]',
  'reasoning = "prov/big"',
  '"very fast" = "prov/small"',
  '[targets.opencode.capability_map]',
  'docs = { context7 = true, fetch = false }',
]

describe('roles.toml', () => {
  test('is read with every key', ({ expect }) => {
    const { file, problems, warnings } = read(...whole)
    expect([...problems, ...warnings]).toEqual([])
    expect(file.rolesDir).toBe('.agents/roles')
    expect(settingsOf([file]).get('opencode')).toEqual({
      target: 'opencode',
      enabled: true,
      outputDir: 'out',
      layout: 'namespace',
      modelMap: { reasoning: 'prov/big', 'very fast': 'prov/small' },
      capabilityMap: { docs: { context7: true, fetch: false } },
    })
  })

  test('counts for a target without a map of models too', ({ expect }) => {
    const { file } = read('[targets.cursor]', 'output_layout = "flatten"', 'output_dir = "x"')
    expect(settingsOf([file]).get('cursor')).toMatchObject({
      enabled: true,
      layout: 'flatten',
      outputDir: 'x',
      modelMap: {},
    })
  })

  test('leaves a target off that it does not write', ({ expect }) => {
    expect(settingsOf([]).get('claude')).toEqual({
      target: 'claude',
      enabled: false,
      outputDir: '.',
      layout: 'preserve',
      modelMap: {},
      capabilityMap: {},
    })
  })

  test('of the operator is laid over the core’s key by key', ({ expect }) => {
    const own = read(
      '[targets.opencode]',
      'enabled = false',
      '[targets.opencode.model_map]',
      'reasoning = "mine"',
      'fast = "quick"',
      '[targets.opencode.capability_map.docs]',
      'other = true',
    )
    expect(settingsOf([read(...whole).file, own.file]).get('opencode')).toEqual({
      target: 'opencode',
      enabled: false,
      outputDir: 'out',
      layout: 'namespace',
      modelMap: { reasoning: 'mine', 'very fast': 'prov/small', fast: 'quick' },
      capabilityMap: { docs: { other: true } },
    })
  })

  test('takes the older name of its folder of roles', ({ expect }) => {
    expect(read('[project]', 'agents_dir = "agents"').file.rolesDir).toBe('agents')
  })

  test.for([
    [['project = 3'], 'project: must be a table.'],
    [['[project]', 'roles_dir = 3'], 'project.roles_dir: must be text in quotes.'],
    [['[project]', 'roles_dir = "../x"'], 'project.roles_dir: must be a folder below this one.'],
    [['targets = []'], 'targets: must be a table.'],
    [['[targets]', 'claude = "x"'], 'targets.claude: must be a table.'],
    [['[targets.claude]', 'enabled = "yes"'], 'targets.claude.enabled: must be true or false.'],
    [
      ['[targets.claude]', 'output_dir = "/etc"'],
      'targets.claude.output_dir: must be a folder below this one.',
    ],
    [
      ['[targets.claude]', 'output_dir = "a/../.."'],
      'targets.claude.output_dir: must be a folder below this one.',
    ],
    [
      ['[targets.claude]', 'output_layout = "flat"'],
      'targets.claude.output_layout: must be preserve, namespace, flatten.',
    ],
    [['[targets.claude]', 'output_layout = 1'], 'targets.claude.output_layout: must be text in quotes.'],
    [['[targets.claude]', 'model_map = "opus"'], 'targets.claude.model_map: must be a table.'],
    [['[targets.claude.model_map]', 'fast = 1'], 'targets.claude.model_map.fast: must be text in quotes.'],
    [['[targets.claude.model_map]', 'fast = " "'], 'targets.claude.model_map.fast: must be text in quotes.'],
    [
      ['[targets.claude.capability_map]', 'docs = ["x"]'],
      'targets.claude.capability_map.docs: must be a table.',
    ],
    [
      ['[targets.claude.capability_map]', 'docs = { x = 1 }'],
      'targets.claude.capability_map.docs.x: must be true or false.',
    ],
  ] as const)('with %j is refused: %s', ([lines, problem], { expect }) => {
    expect(read(...lines).problems).toEqual([problem])
  })

  test('shows all mistakes at once', ({ expect }) => {
    const { problems } = read(
      '[targets.claude]',
      'enabled = 1',
      'output_dir = 2',
      '[targets.codex]',
      'enabled = 3',
    )
    expect(problems).toHaveLength(3)
  })

  test('with broken syntax says the line', ({ expect }) => {
    expect(read('[targets.claude]', 'enabled = ').problems).toEqual([expect.stringMatching(/^2: /u)])
  })

  test('may have keys of other programs, with a hint', ({ expect }) => {
    const { problems, warnings } = read(
      '[targets.claud]',
      'x = 1',
      '[targets.codex]',
      'output_dri = "x"',
      '[extra]',
    )
    expect(problems).toEqual([])
    expect(warnings).toEqual([
      'extra: is not read.',
      'targets.claud: is not read.',
      'targets.codex.output_dri: is not read.',
    ])
  })
})
