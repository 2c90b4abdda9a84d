// The three completion scripts. All they do is hand the words to `ays __complete` and read its answer: one candidate per
// line with its description after a tab, or a line `:file` / `:folder` that asks the shell for paths.

import type { Shell } from '../verbs/completion.ts';

const BASH = `# Completion of ays for bash. Made by: ays completion bash
_ays() {
  local line answer
  COMPREPLY=()
  answer=$("\${COMP_WORDS[0]}" __complete bash "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null) || return 0
  local current=\${COMP_WORDS[COMP_CWORD]}
  [[ $current == "=" ]] && current=
  while IFS= read -r line; do
    case $line in
      '') ;;
      :file) while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "$current")
             compopt -o filenames 2>/dev/null ;;
      :folder) while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -d -- "$current")
               compopt -o filenames 2>/dev/null ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done <<< "$answer"
  # A candidate that ends in "=" or "." goes on: no space after it.
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == *[=.] ]]; then compopt -o nospace 2>/dev/null; fi
  return 0
}
complete -F _ays ays
`;

const ZSH = `#compdef ays
# Completion of ays for zsh. Made by: ays completion zsh
_ays() {
  local line value
  local -a candidates
  local files=''
  while IFS= read -r line; do
    case $line in
      '') ;;
      :file) files=file ;;
      :folder) files=folder ;;
      *) value=\${line%%$'\\t'*}
         value=\${value//:/\\\\:}
         if [[ $line == *$'\\t'* ]]; then candidates+=("$value:\${line#*$'\\t'}"); else candidates+=("$value"); fi ;;
    esac
  done < <("\${words[1]}" __complete zsh "\${(@Q)words[2,CURRENT]}" 2>/dev/null)
  (( \${#candidates} )) && _describe -V ays candidates
  if [[ -n $files ]]; then
    compset -P '--[a-z-]#='
    if [[ $files == folder ]]; then _files -/; else _files; fi
  fi
  return 0
}
if [[ "\${funcstack[1]}" == "_ays" ]]; then _ays "$@"; else compdef _ays ays; fi
`;

const FISH = `# Completion of ays for fish. Made by: ays completion fish
function __ays_complete
    set -l words (commandline -opc) (commandline -ct)
    set -l token (commandline -ct)
    for line in ($words[1] __complete fish $words[2..-1] 2>/dev/null)
        switch $line
            case ''
            case ':file' ':folder'
                set -l before (string match -r -- '^--[a-z-]+=' $token)
                for path in (__fish_complete_path (string replace -r -- '^--[a-z-]+=' '' $token))
                    if test $line = ':file'; or string match -q -- '*/*' (string split -f1 \\t -- $path)
                        echo "$before$path"
                    end
                end
            case '*'
                echo $line
        end
    end
end
complete -c ays -f -a '(__ays_complete)'
`;

const SCRIPTS: Readonly<Record<Shell, string>> = { bash: BASH, zsh: ZSH, fish: FISH };

export function completionScript(shell: Shell): string {
  return SCRIPTS[shell];
}
