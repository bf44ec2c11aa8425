/** What Windsurf makes of a role: a rule that its model takes up when it fits. */
import { withFrontMatter } from './with-front-matter.ts'
import type { CastTarget } from './target.ts'

export const windsurf: CastTarget = {
  name: 'windsurf',
  folder: '.windsurf/rules',
  extension: 'md',
  nameLayout: (layout) => layout,
  cast: ({ description, prompt }) => withFrontMatter({ trigger: 'model_decision', description }, prompt),
}
