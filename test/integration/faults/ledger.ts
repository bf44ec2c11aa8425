// What agents wrote down themselves of their runs, and what is wrong with it. The store is not asked for this: it is what is checked.

/** One line of the ledger: `AGENT RUN WORD [VALUE]`, appended by the agent in one write. */
export interface Entry {
  readonly agent: string
  readonly run: string
  readonly word: 'start' | 'got' | 'did' | 'end'
  readonly value: string
}

/**
 * The agent, in sh: says that it began, which tokens its prompt held, takes away the handoffs that it was told of (and, as
 * `worker`, all tasks), works for 100 to 340 ms, says its exit code and exits with it. Those named `flaky…` fail every other time or so.
 */
export const ledgerAgent = `
say() { echo "$MARROW_AGENT $MARROW_RUN $*" >>"$MARROW_WORKSPACE/ledger"; }
say start
for token in $(grep -oE '(wake|hand)-[0-9]+' | sort -u); do
  say got "$token"
  for file in "$MARROW_WORKSPACE"/runtime/handoff/*-to-"$MARROW_AGENT"/"$token".md; do
    [ -f "$file" ] && mkdir -p "\${file%/*}/done" && mv "$file" "\${file%/*}/done/"
  done
done
case $MARROW_AGENT in worker*)
  for task in "$MARROW_WORKSPACE"/tasks/queue/*.md; do
    [ -f "$task" ] || continue
    say did "$(sed -n 's/.*\\(task-[0-9]*\\).*/\\1/p' "$task" | head -n 1)"
    mkdir -p "$MARROW_WORKSPACE/tasks/done" && mv "$task" "$MARROW_WORKSPACE/tasks/done/"
  done ;;
esac
chance=$(od -An -N1 -tu1 /dev/urandom | tr -d ' ')
code=0
case $MARROW_AGENT in flaky*) [ $((chance % 2)) -eq 0 ] || code=$((chance % 5 + 3)) ;; esac
sleep 0.$((chance % 25 + 10))
say end $code
exit $code
`

export function parseLedger(text: string): Entry[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [agent = '', run = '', word = '', value = ''] = line.split(' ')
      if (word !== 'start' && word !== 'got' && word !== 'did' && word !== 'end')
        throw new Error(`Cannot read the ledger: ${line}`)
      return { agent, run, word, value }
    })
}

/** Run ids that began more than once. */
export function begunTwice(entries: readonly Entry[]): string[] {
  const starts = entries.filter(({ word }) => word === 'start')
  return [...Map.groupBy(starts, ({ run }) => run)].filter(([, all]) => all.length > 1).map(([run]) => run)
}

/** Pairs of runs of one agent of which the second began before the first had ended. */
export function overlaps(entries: readonly Entry[]): string[] {
  const open = new Map<string, string>()
  const found: string[] = []
  for (const { agent, run, word } of entries) {
    if (word === 'start') {
      const before = open.get(agent)
      if (before !== undefined) found.push(`${before} and ${run}`)
      open.set(agent, run)
    }
    if (word === 'end' && open.get(agent) === run) open.delete(agent)
  }
  return found
}

/** The exit code of each run that ended, by its own word. */
export function exitCodes(entries: readonly Entry[]): Map<string, number> {
  return new Map(
    entries.filter(({ word }) => word === 'end').map(({ run, value }) => [run, Number(value)] as const),
  )
}

/** The runs whose prompt held a token. */
export function runsThatGot(entries: readonly Entry[], token: string): string[] {
  return entries.filter(({ word, value }) => word === 'got' && value === token).map(({ run }) => run)
}

/** How many times each task was done. */
export function timesDone(entries: readonly Entry[]): Map<string, number> {
  const did = entries.filter(({ word }) => word === 'did')
  return new Map([...Map.groupBy(did, ({ value }) => value)].map(([task, all]) => [task, all.length]))
}
