import { join } from 'node:path';
import { PouchError } from '../../hooks/errors.ts';
import type { FileWorkers } from '../files/index.ts';

/** Of criu's `(00.012) Error (criu/files.c:1): …`: the last lines have the cause; earlier ones did not stop criu. */
const shownErrors = 3;
/** What a container does can make the log long; its cause is at the end. */
const readBytes = 256 * 1024;

/**
 * A failure of criu with the errors of its log, which runtimes leave out. `log` is dump.log or restore.log in `work`.
 */
export async function criuError(
  error: unknown,
  files: Pick<FileWorkers, 'readEnd'>,
  { work, log, message, container }: { work: string; log: string; message: string; container: string },
): Promise<unknown> {
  if (!(error instanceof PouchError) || !error.code.startsWith('PCH_CONTAINERD_')) return error;
  const text = await files.readEnd(join(work, log), readBytes).catch(() => '');
  const lines = text.split('\n').map((line) => /Error \([^)]*\): (.*)/.exec(line)?.[1]?.trim());
  const errors = lines.filter((line) => line !== undefined && !line.endsWith('FAILED.'));
  const said = errors.length > 0 ? errors.slice(-shownErrors).join('; ') : error.message;
  return new PouchError('PCH_CHECKPOINT_FAILED', `${message}: ${said.slice(0, 600)}`, {
    container,
    cause: error,
    hint: 'criu takes plain containers without a terminal, devices or open connections; see criu.org/What_cannot_be_checkpointed',
  });
}
