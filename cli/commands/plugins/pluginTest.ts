import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { CliError } from '../../errors.ts';
import { testCommands } from '../../plugins/testCommands.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('[folder]', 'Folder of the plugin', '.')
    .addHelpText('after', '\nThe exit code is that of the first test that fails.')
    .action(async (folder: string) => {
      const cwd = resolve(folder);
      for (const words of await testCommands(cwd)) {
        session.warn(`> ${words.join(' ')}`);
        session.exitCode = await run(words, cwd);
        if (session.exitCode !== 0) return;
      }
    });
}

/** Resolves to the exit code; 128 and its number after a signal, as in a shell. */
function run([program = '', ...args]: string[], cwd: string): Promise<number> {
  const child = spawn(program, args, { cwd, stdio: 'inherit' });
  return new Promise((done, reject) => {
    child.once('error', (error) => {
      const hint = program === 'npm' ? 'install Node, which has npm' : undefined;
      reject(new CliError('PCH_NOT_FOUND', `${program} cannot be run: ${error.message}`, hint));
    });
    child.once('close', (code, signal) => done(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });
}
