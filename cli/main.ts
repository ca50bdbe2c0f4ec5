import { commandPath } from './commandPath.ts';
import { exitCodeFor, reportError } from './reportError.ts';
import { buildProgram } from './program.ts';
import { addVerbs, needsVerbs } from './verbs/addVerbs.ts';
import { Session } from './Session.ts';
import type { Terminal } from './Session.ts';

/** Runs one `pouch` command and returns its exit code. Never throws. */
export async function main(args: string[], terminal: Terminal): Promise<number> {
  const session = new Session(terminal);
  const path = commandPath(args);
  // The failed write itself ends the command; a reader that has gone needs no further output.
  terminal.stdout.on('error', () => undefined);
  try {
    const program = await buildProgram(session, path);
    if (needsVerbs(path, args)) await addVerbs(program, session, args);
    const { loadAll } = session;
    if (loadAll) session.loadAll = async () => addVerbs(await loadAll(), session, args);
    await program.parseAsync(args, { from: 'user' });
    return session.exitCode;
  } catch (error) {
    reportError(error, terminal);
    return exitCodeFor(error, path);
  } finally {
    session.close();
    await Promise.all([terminal.stdout, terminal.stderr].map(flush));
  }
}

/** Waits until all output is written: process.exit() would truncate it. */
function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableEnded) resolve();
    else stream.write('', () => resolve());
  });
}
