/** How opencode says which agents it knows, without asking a model. */
import type { AgentsQuestion } from '../adapter.ts'
import { flagValues, ownWords } from '../flags.ts'
import { programIn } from '../program-place.ts'
import { programPattern } from './program.ts'

/** A name that it does not know, or only as a sub-agent, is no error to it: it works as another one, with full rights. */
export const agents: AgentsQuestion = {
  named: (words) => flagValues(ownWords(words, programPattern), ['--agent'])[0],
  words: (words) => [...words.slice(0, programIn(words, programPattern) + 1), 'agent', 'list'],
  stdin: undefined,
  read: (stdout) => {
    const listed = [...stdout.matchAll(/^(\S.*) \((primary|subagent|all)\)$/gm)]
    if (listed.length === 0) return undefined
    return listed.flatMap(([, name, mode]) => (name === undefined || mode === 'subagent' ? [] : [name]))
  },
}
