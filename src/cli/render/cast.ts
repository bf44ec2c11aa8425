/** Owns how it is shown what casting did, or would do. */
import { formatProblem } from '../../base/errors.ts'
import { counted } from '../../base/numbers.ts'
import { plain } from '../../base/plain.ts'
import type { CastFileView, CastPlaceView, RoleCastOutput } from '../../ipc/role-output.ts'
import type { Screen, Style } from './screen.ts'

type Done = CastFileView['done']

/** For each folder how many files, and every file of which one should know more; all of them if `verbose`. */
export function castLines(
  { places, dry }: Pick<RoleCastOutput, 'dry'> & { readonly places: readonly CastPlaceView[] },
  verbose: boolean,
  screen: Screen,
): string[] {
  return places.flatMap((place) => [
    `${screen.paint('bold', plain(place.folder))}: ${summaryOf(place, dry)}`,
    ...place.files.filter((file) => verbose || isNotable(file)).map((file) => fileLine(file, dry, screen)),
    ...place.problems.map((problem) => `  ${screen.paint('red', '✗')} ${plain(problem)}`),
    ...place.left_out.map(
      ({ line, fix, ...problem }) =>
        `  ${screen.paint('yellow', '!')} left out: ${plain(formatProblem({ ...problem, line, fix }))}`,
    ),
  ])
}

const words: Readonly<Record<Done, { readonly did: string; readonly would: string; readonly style: Style }>> =
  {
    write: { did: 'written', would: 'to be written', style: 'green' },
    keep: { did: 'as they were', would: 'as they are', style: 'dim' },
    restore: { did: 'put back', would: 'to be put back', style: 'yellow' },
    remove: { did: 'removed', would: 'to be removed', style: 'red' },
    adopt: { did: 'taken over', would: 'to be taken over', style: 'yellow' },
    foreign: { did: 'left', would: 'to be left', style: 'yellow' },
  }

const order: readonly Done[] = ['write', 'keep', 'restore', 'remove', 'adopt', 'foreign']

/** `28 files for opencode, claude: 3 written, 25 as they were`. */
function summaryOf({ files }: CastPlaceView, dry: boolean): string {
  if (files.length === 0) return 'nothing to cast'
  const targets = [...new Set(files.map(({ target }) => target))].join(', ')
  const counts = order.flatMap((done) => {
    const count = files.filter((file) => file.done === done && file.problem === null).length
    return count === 0 ? [] : `${count} ${dry ? words[done].would : words[done].did}`
  })
  return `${counted(files.length, 'file')} for ${targets}: ${counts.join(', ')}`
}

function isNotable({ done, problem }: CastFileView): boolean {
  return problem !== null || (done !== 'write' && done !== 'keep')
}

function fileLine(
  { path, of, done, in_the_way, kept_at, problem }: CastFileView,
  dry: boolean,
  { paint }: Screen,
): string {
  const name = plain(path)
  if (problem !== null) return `  ${paint('red', '✗')} ${name}: ${plain(problem)}`
  const { did, would, style } = words[done]
  const kept = kept_at === null ? '' : `; what was there is in ${plain(kept_at)}`
  const foreign = in_the_way ? ' in place of the role' : ' beside the role'
  const why = done === 'foreign' ? `, not marrow's: a CLI uses it${foreign}; take it over with --adopt` : ''
  return `  ${paint(style, dry ? would : did)}: ${name} (${plain(of)})${why}${kept}`
}
