# Completion of marrow for bash. For the shells to come:
#   marrow completion bash > ~/.local/share/bash-completion/completions/marrow
# or, without the bash-completion package: marrow completion bash >> ~/.bashrc
# For this one: source <(marrow completion bash)

_marrow() {
  local program=$1 kind= answer
  case $program in "~/"*) program=$HOME/${program#"~/"} ;; esac
  COMPREPLY=()
  while IFS= read -r answer; do
    if [[ -z $kind ]]; then kind=$answer; else COMPREPLY+=("$answer"); fi
  done < <("$program" __complete bash "${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
  # The bash of macOS has no compopt: there, files are offered wherever nothing else is.
  case $kind in
    files) ;;
    folders) compopt +o bashdefault +o default -o dirnames 2>/dev/null ;;
    *) compopt +o bashdefault +o default 2>/dev/null ;;
  esac
}

complete -o nosort -o bashdefault -o default -F _marrow marrow 2>/dev/null ||
  complete -o bashdefault -o default -F _marrow marrow
