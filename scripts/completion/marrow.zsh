#compdef marrow
# Completion of marrow for zsh. For the shells to come, where ~/.zfunc is in $fpath before compinit is called:
#   marrow completion zsh > ~/.zfunc/_marrow
# For this one: source <(marrow completion zsh)

_marrow() {
  local program=${(Q)words[1]} kind line
  local -a answers described
  answers=("${(@f)$("${program/#\~\//$HOME/}" __complete zsh "${(@Q)words[2,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
  kind=$answers[1]
  shift answers
  [[ $PREFIX == --*=* ]] && compset -P '--[^=]#='
  case $kind in
    files) _files ;;
    folders) _files -/ ;;
    values)
      for line in $answers; do
        described+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
      done
      (( $#described )) && _describe -V marrow described
      ;;
  esac
}

if [[ $funcstack[1] == _marrow ]]; then
  _marrow "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _marrow marrow
fi
