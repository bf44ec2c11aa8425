#!/bin/sh
# Context provider: the tasks that wait in this workspace and the handoffs for this agent, by full path.
# Prints only facts that stay the same until somebody changes them, and nothing when nothing waits.
set -u
LC_ALL=C # Sorted by bytes, so oldest first; and any bytes are a name.
export LC_ALL

workspace=${MARROW_WORKSPACE:-${HOME:-}}
agent=${MARROW_AGENT:-}
if [ -z "$workspace" ]; then
  echo 'queue: neither MARROW_WORKSPACE nor HOME is set' >&2
  exit 1
fi
workspace=${workspace%/}
lines_max=200 # Of each list: a prompt is no place for thousands of names.

# Whether a path is a finished, visible, regular file. An agent could point a link anywhere.
waits() {
  case $1 in *'~' | *.tmp | *.part | *.swp) return 1 ;; esac
  [ -f "$1" ] && [ ! -L "$1" ]
}

# Whether none of these paths is a link: behind one anything could lie. marrow itself says so in the prompt.
plain() {
  for part in "$@"; do [ ! -L "$part" ] || return 1; done
}

# One path on one line, whatever its name holds.
line() {
  case $1 in
  *[[:cntrl:]]*) printf '%s' "$1" | tr '[:cntrl:]' '?' && echo ;;
  *) printf '%s\n' "$1" ;;
  esac
}

# The heading $1, then the files of the folders after it.
list() {
  heading=$1
  shift
  count=0
  for folder in "$@"; do
    for file in "$folder"/*; do
      waits "$file" || continue
      count=$((count + 1))
      [ "$count" -eq 1 ] && printf '%s\n' "$heading"
      [ "$count" -le "$lines_max" ] && line "$file"
    done
  done
  [ "$count" -le "$lines_max" ] || echo "and $((count - lines_max)) more"
  [ "$count" -eq 0 ] || echo
}

plain "$workspace/tasks" "$workspace/tasks/queue" &&
  list "Queued tasks, oldest first. Move a file to $workspace/tasks/done/ when its task is done." \
    "$workspace/tasks/queue"

[ -n "$agent" ] || exit 0
plain "$workspace/runtime" "$workspace/runtime/handoff" || exit 0
# The same form that marrow gives the name in folders and run ids. Most names have it already.
case $agent in
*[!a-z0-9_-]* | [-_]* | *-)
  slug=$(printf '%s\n' "$agent" | tr '[:upper:]' '[:lower:]' |
    sed -e 's/[^a-z0-9_-]\{1,\}/-/g' -e 's/^[-_]*//' -e 's/-*$//')
  ;;
*) slug=$agent ;;
esac

set --
for folder in "$workspace"/runtime/handoff/*-to-*; do
  if [ ! -d "$folder" ] || [ -L "$folder" ]; then continue; fi
  receiver=${folder##*/}
  receiver=${receiver#*-to-}
  if [ "$receiver" = "$agent" ] || [ "$receiver" = "${slug:-agent}" ]; then set -- "$@" "$folder"; fi
done
[ "$#" -eq 0 ] ||
  list 'Handoffs for you. Move a file into a folder done beside it when you have dealt with it.' "$@"
exit 0
