/** How Claude Code says which agents it knows, without asking a model. */
import type { AgentsQuestion } from '../adapter.ts'
import { flagValues, ownWords } from '../flags.ts'
import { asList, asObject, jsonObject } from '../json-object.ts'
import { programIn } from '../program-place.ts'
import { claudePattern } from './settings.ts'

// What decides which agents there are. Everything else would do something: start servers, run hooks, open a conversation.
const deciding = ['--agents', '--setting-sources', '--plugin-dir']

const asking = [
  '-p',
  '--input-format=stream-json',
  '--output-format=stream-json',
  '--verbose',
  '--strict-mcp-config',
  '--settings={"disableAllHooks":true}',
]

/** It is begun like a program that speaks to it, is told no prompt, and answers the greeting with all that it has. */
export const agents: AgentsQuestion = {
  named: (words) => flagValues(ownWords(words, claudePattern), ['--agent'])[0],
  words: (words) => [
    ...words.slice(0, programIn(words, claudePattern) + 1),
    ...asking,
    ...deciding.flatMap((name) =>
      flagValues(ownWords(words, claudePattern), [name]).flatMap(({ value }) => [name, value]),
    ),
  ],
  stdin: '{"type":"control_request","request_id":"agents","request":{"subtype":"initialize"}}\n',
  read: (stdout) => {
    for (const line of stdout.split('\n')) {
      const { type, response } = jsonObject(line) ?? {}
      const found = asObject(asObject(response)['response'])['agents']
      if (type === 'control_response' && found !== undefined)
        return asList(found).map((one) => String(asObject(one)['name']))
    }
    return undefined
  },
}
