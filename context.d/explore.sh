#!/bin/sh
# Context provider: what to improve when no task waits in this workspace. Silent while one does.
# The text never changes, so that an idle agent is not woken by it.
set -u

workspace=${MARROW_WORKSPACE:-${HOME:-}}
if [ -z "$workspace" ]; then
  echo 'explore: neither MARROW_WORKSPACE nor HOME is set' >&2
  exit 1
fi

workspace=${workspace%/}
# Where a link stands in the way nobody knows what waits. marrow says so in the prompt.
if [ -L "$workspace/tasks" ] || [ -L "$workspace/tasks/queue" ]; then exit 0; fi

for file in "$workspace"/tasks/queue/*; do
  case $file in *'~' | *.tmp | *.part | *.swp) continue ;; esac
  if [ -f "$file" ] && [ ! -L "$file" ]; then exit 0; fi
done

cat <<'IDEAS'
No task is queued. Choose the one of these that pays most, do it whole, and note what came of it:
- Read your notes. Remove what is wrong or old; write down what you had to find out twice.
- Look at your last results again as a stranger would: is each proven, or only said? Prove or mend the weakest.
- Find the check that is missing: a test that would have caught the last mistake. Write it and see it fail once.
- Turn what you did by hand more than once into a small script in the workspace, with a line on how to use it.
- Look for facts that you ask for in every round, and write a context provider that prints them: short, absolute, silent when there is nothing to say.
- Find the document that a newcomer would stumble over, follow it word by word, and mend it.
- Look for what nobody asked for yet: a failing build, an old dependency, a warning in a log, a promise without an owner. Hand it to whoever owns it, or queue it as a task.
If all of that was done and nothing is left that is worth its cost, say so in one line and end.
IDEAS
