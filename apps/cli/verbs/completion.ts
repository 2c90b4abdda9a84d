// ays completion: the script a shell reads once. It only asks `ays __complete` what could stand at the cursor, so a script
// that was installed long ago still knows the verbs and flags of today.

import { completionScript } from '../completion/scripts.ts';
import { EXIT, type Verb } from '../verb.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export const verb: Verb = {
  operands: [{ name: 'SHELL', choices: SHELLS, summary: 'bash, zsh or fish' }],
  flags: [],
  about: [
    'Prints a script that completes verbs, flags, their values, files, kinds, fields, error codes and the keys of a blueprint. To have it in every shell:',
    'bash:  ays completion bash > ~/.local/share/bash-completion/completions/ays',
    'zsh:   ays completion zsh > "${fpath[1]}/_ays"',
    'fish:  ays completion fish > ~/.config/fish/completions/ays.fish',
  ],
  examples: [
    { command: 'source <(ays completion bash)', shows: 'in this bash only' },
    { command: 'ays completion zsh', shows: 'the script for zsh' },
    { command: 'ays completion fish', shows: 'the script for fish' },
  ],
  run: async ({ operands, output }) => {
    const shell = operands[0] as Shell; // its choices were checked
    const script = completionScript(shell);
    if (output.json) output.document({ ok: true, shell, script });
    else output.data(script);
    return EXIT.done;
  },
};
