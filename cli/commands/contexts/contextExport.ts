import { writeFileSync } from 'node:fs';
import { packContext } from '../../context/archive.ts';
import { resolveContext } from '../../context/resolve.ts';
import { CliError } from '../../errors.ts';
import type { PouchCommand } from '../../PouchCommand.ts';
import type { Session } from '../../Session.ts';

export function define(command: PouchCommand, session: Session): void {
  command
    .argument('<context>', 'Name')
    .argument('[file]', 'File to create; default: CONTEXT.dockercontext')
    .action((name: string, file?: string) => exportTo(session, name, file ?? `${name}.dockercontext`));
}

async function exportTo(session: Session, name: string, file: string): Promise<void> {
  const { stdout, env } = session.terminal;
  const archive = await packContext(resolveContext(env, name));
  if (file !== '-') {
    writeNew(file, archive);
    session.warn(`Written file "${file}"`);
  } else if (stdout.isTTY) {
    throw new CliError('PCH_OPTION_INVALID', 'refusing to write an archive to a terminal', 'name a file');
  } else stdout.write(archive);
}

/** The file has the private key: nobody else may read it, and none is overwritten. */
function writeNew(file: string, content: Buffer): void {
  try {
    writeFileSync(file, content, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    const message = `expected a new file, found ${(error as Error).message}`;
    throw new CliError('PCH_OPTION_INVALID', message, 'name another file');
  }
}
