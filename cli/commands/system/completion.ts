import { bashCompletion } from '../../completion/bash.ts';
import { describeTree } from '../../completion/describeTree.ts';
import type { CompletionNode } from '../../completion/describeTree.ts';
import { fishCompletion } from '../../completion/fish.ts';
import { zshCompletion } from '../../completion/zsh.ts';
import { invalidOption } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

const writers: Record<string, (tree: CompletionNode) => string> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<shell>', 'One of bash, zsh, fish')
    .addHelpText('after', '\nbash: `source <(pouch completion bash)`; fish: `pouch completion fish | source`')
    .action(async (shell: string) => {
      const writer = writers[shell];
      if (!writer) throw invalidOption('completion', Object.keys(writers).join(', '), shell);
      session.terminal.stdout.write(writer(describeTree(await session.loadAll!())));
    });
}
