import { commandPath } from './commandPath.ts';
import { exitCodeFor, reportError } from './reportError.ts';
import { buildProgram } from './program.ts';
import { Session } from './Session.ts';
import type { Terminal } from './Session.ts';

/** Runs one `pouch` command; answers the exit code. Never throws. */
export async function main(args: string[], terminal: Terminal): Promise<number> {
  const session = new Session(terminal);
  const path = commandPath(args);
  // What is left to say is of no use to a reader that has gone; the write that failed ends the command.
  terminal.stdout.on('error', () => undefined);
  try {
    const program = await buildProgram(session, path);
    await program.parseAsync(args, { from: 'user' });
    return session.exitCode;
  } catch (error) {
    reportError(error, terminal);
    return exitCodeFor(error, path);
  } finally {
    session.close();
    await flush(terminal.stdout);
  }
}

/** Waits until what was written has left the process: an exit would cut it. */
function flush(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableEnded) resolve();
    else stream.write('', () => resolve());
  });
}
