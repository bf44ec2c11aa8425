# Completion of marrow for fish. For all shells:
#   marrow completion fish > ~/.config/fish/completions/marrow.fish
# For this one: marrow completion fish | source

function __marrow_complete
    set -l words (commandline -xpc 2>/dev/null; or commandline -opc)
    set -l current (commandline -ct)
    set -l program (string replace -r '^~/' "$HOME/" -- $words[1])
    set -l answers ($program __complete fish $words[2..-1] "$current" 2>/dev/null)
    set -l flag (string match -r '^--[^=]+=' -- "$current")
    set -l rest (string replace -r '^--[^=]+=' '' -- "$current")
    switch "$answers[1]"
        case files
            printf '%s\n' "$flag"(__fish_complete_path "$rest")
        case folders
            printf '%s\n' "$flag"(__fish_complete_directories "$rest" '')
        case '*'
            printf '%s\n' $answers[2..-1]
    end
end

complete -k -c marrow -f -a '(__marrow_complete)'
