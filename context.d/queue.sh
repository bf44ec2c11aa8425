#!/bin/sh
# Context provider: the tasks that wait in this workspace, by full path.
# Prints only facts that stay the same until somebody changes them, and nothing when nothing waits.
set -u
LC_ALL=C # Sorted by bytes, so oldest first; and any bytes are a name.
export LC_ALL

workspace=${MARROW_WORKSPACE:-${HOME:-}}
if [ -z "$workspace" ]; then
  echo 'queue: neither MARROW_WORKSPACE nor HOME is set' >&2
  exit 1
fi
workspace=${workspace%/}
queue=$workspace/tasks/queue
lines_max=200 # A prompt is no place for thousands of names.

# Behind a link anything could lie. marrow itself says so in the prompt.
for part in "$workspace/tasks" "$queue"; do [ ! -L "$part" ] || exit 0; done

# Whether a path is a finished, visible, regular file. An agent could point a link anywhere.
waits() {
  case $1 in *'~' | *.tmp | *.part | *.swp) return 1 ;; esac
  [ -f "$1" ] && [ ! -L "$1" ]
}

# One path on one line, whatever its name holds.
line() {
  case $1 in
  *[[:cntrl:]]*) printf '%s' "$1" | tr '[:cntrl:]' '?' && echo ;;
  *) printf '%s\n' "$1" ;;
  esac
}

count=0
for file in "$queue"/*; do
  waits "$file" || continue
  count=$((count + 1))
  [ "$count" -eq 1 ] &&
    printf '%s\n' "Queued tasks, oldest first. Move a file to $workspace/tasks/done/ when its task is done."
  [ "$count" -le "$lines_max" ] && line "$file"
done
[ "$count" -le "$lines_max" ] || echo "and $((count - lines_max)) more"
[ "$count" -eq 0 ] || echo
exit 0
