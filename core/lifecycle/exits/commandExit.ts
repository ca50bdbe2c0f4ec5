/** The exit code of the command with which a rich container ends, whose init can only power off. */
import { open } from 'node:fs/promises';
import type { DraftRich } from '../../../hooks/draft.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { ownFilePath } from '../../contract/ownFiles.ts';

export interface CommandExit {
  code: number;
  /** Whether its init had stopped it. */
  isStopped: boolean;
}

type Meaning = NonNullable<DraftRich['exits']>[string];

/** Bytes: `255 stopped` and a line break. */
const longest = 16;

/** Reads what the container has written; undefined if it has no such file, or nothing that says so in it. */
export async function commandExit({ draft, paths }: ContainerRecord): Promise<CommandExit | undefined> {
  if (draft.rich.commandExit === undefined) return undefined;
  const text = await beginningOf(ownFilePath(paths.directory, draft.rich.commandExit));
  const [, code, stopped] = /^(\d{1,3})(?: (stopped)?)?\n/.exec(text) ?? [];
  if (code === undefined || Number(code) > 255) return undefined;
  return { code: Number(code), isStopped: stopped !== undefined };
}

/**
 * The container cannot replace the file, which is a mount point; its content may be anything. An exit is recorded also
 * if the file cannot be read.
 */
async function beginningOf(path: string): Promise<string> {
  const file = await open(path).catch(() => undefined);
  try {
    const { buffer, bytesRead } = (await file?.read(Buffer.alloc(longest), 0, longest, 0)) ?? {};
    return buffer?.toString('latin1', 0, bytesRead) ?? '';
  } catch {
    return '';
  } finally {
    await file?.close();
  }
}

/**
 * What the exit status of the init means. A power-off by the end of the command is the container's exit with its code;
 * one that has stopped the command is a power-off.
 */
export function withCommand(
  { exitCode, ending, whenStopped }: Partial<Meaning>,
  exitStatus: number,
  command: CommandExit | undefined,
): Partial<Meaning> & { exitCode: number } {
  const meaning = {
    exitCode: exitCode ?? exitStatus,
    ...(ending && { ending }),
    ...(whenStopped !== undefined && { whenStopped }),
  };
  if (ending === undefined || !command) return meaning;
  if (ending === 'poweroff' && !command.isStopped) return { exitCode: command.code };
  return { ...meaning, whenStopped: command.code };
}
