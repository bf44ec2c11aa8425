/** What Cursor makes of a role. It knows neither tools nor whom an agent may call. */
import { withFrontMatter } from './with-front-matter.ts'
import type { CastTarget } from './target.ts'

export const cursor: CastTarget = {
  name: 'cursor',
  folder: '.cursor/agents',
  extension: 'mdc',
  nameLayout: (layout) => (layout === 'preserve' ? 'flatten' : layout),
  cast: ({ id, name, description, prompt }, _settings, names) =>
    withFrontMatter({ name: names.get(id) ?? name, description }, prompt),
}
