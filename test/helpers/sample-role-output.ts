/** Owns what the commands about roles may print as JSON. */

const summary = {
  id: 'l2/review-lead',
  name: 'review-lead',
  description: 'Judges what others made.',
  from: 'operator',
  in_place_of_core: true,
  level: 2,
  mode: 'subagent',
  tier: 'operational',
  scheduled: false,
  callable: true,
  calls: ['l3/tester'],
  agents: [],
  path: '/srv/roles/l2/review-lead.md',
}

const mistake = {
  file: '/srv/roles/l2/review-lead.md',
  line: 4,
  key: 'level',
  reason: 'must be a level.',
  fix: 'Write it like L2 or 2.',
}

const changes = {
  applied: true,
  sources: [
    {
      source: 'https://example.org/team/roles',
      ref: 'v2',
      commit: '3f2a9c41d0b75e8868c1f0d2a4b6e9570c1d2e3f',
      commit_before: null,
      agents: [],
      changes: [
        {
          path: 'roles/l2/review-lead.md',
          change: 'added',
          why: null,
          in_place_of_core: true,
          diff: null,
        },
      ],
    },
  ],
}

/** What casting did in one workspace. */
export const sampleCast = {
  folder: '/srv/space',
  agents: ['scout'],
  files: [
    {
      target: 'opencode',
      path: '.opencode/agents/review-lead.md',
      of: 'l2/review-lead',
      done: 'restore',
      in_the_way: false,
      kept_at: '/srv/space/runtime/kept/opencode.agents.review-lead.md.1',
      problem: null,
    },
  ],
  problems: [],
  left_out: [],
}

/** By the words of the command. */
export const roleExamples: Readonly<Record<string, unknown>> = {
  'role list': {
    roles: [summary],
    mistakes: 0,
    sources: [
      {
        source: 'https://example.org/team/roles',
        ref: 'v2',
        commit: '3f2a9c41d0b75e8868c1f0d2a4b6e9570c1d2e3f',
        files: 1,
      },
    ],
  },
  'role show': {
    ...summary,
    called_by: ['l1/conductor'],
    allowed_children: [],
    max_delegate_depth: 1,
    base: null,
    capabilities: ['read', 'bash (npm test*)', 'delegate (l3/tester)'],
    skills: [],
    temperature: null,
    targets: [
      {
        target: 'opencode',
        enabled: true,
        model: null,
        tools: ['read', 'glob', 'grep', 'bash', 'task'],
        bash: ['npm test*'],
      },
    ],
    source: 'https://example.org/team/roles',
    prompt: 'Judge it as its user would.',
  },
  'role check': { ok: false, mistakes: [mistake], hints: [] },
  'role graph': {
    roles: [{ id: 'l2/review-lead', level: 2, calls: ['l3/tester'] }],
    tree: ['l2/review-lead (L2)', '└─ l3/tester (L3)'],
    mermaid: 'flowchart TD\n  r0["l2/review-lead (L2)"]\n  r1["l3/tester (L3)"]\n  r0 --> r1\n',
  },
  'role edit': {
    role: 'l2/review-lead',
    path: '/srv/roles/l2/review-lead.md',
    copied: true,
    mistakes: [],
  },
  'role add': changes,
  'role update': changes,
  'role remove': changes,
  'role cast': { ok: true, dry: false, places: [sampleCast] },
}
