/** A container's command and its directory: whether the image has them, and the errors where it has not. */
import { posix } from 'node:path';
import type { ContainerDraft, DraftProcess } from '../../../hooks/draft.ts';
import { type ErrorDetails, PouchError } from '../../../hooks/errors.ts';
import { field } from '../../../hooks/fields.ts';
import type { LayerFile, LayerLookup } from '../../files/index.ts';

/** Resolves to the files of an image; null stands for a path that does not exist. */
export type LookUp = (lookups: readonly LayerLookup[]) => Promise<readonly (LayerFile | null)[]>;

/** Bytes. Larger files are not scripts. */
const scriptLimit = 64 * 1024;

/**
 * Looks up a container's command as a runtime does (execvp(3)). What is in a mount is not judged: it may change until
 * the container starts.
 * @throws PCH_COMMAND_NOT_FOUND, PCH_COMMAND_NOT_EXECUTABLE, PCH_FILE_TIMEOUT
 */
export async function checkCommand(
  { process, mounts, files }: ContainerDraft,
  lookUp: LookUp,
): Promise<void> {
  const [command] = [...process.entrypoint, ...process.command];
  if (!command) return;
  const over = [...Object.keys(mounts), ...Object.keys(files)];
  const look = (paths: string[]) =>
    lookUp(paths.map((path) => ({ path, maxBytes: scriptLimit, mounts: over })));
  const found = await look(placesOf(command, process));
  const file = command.includes('/') ? found[0] : found.find(mayBeExecuted);
  if (!file) throw commandNotFound(command);
  if (!mayBeExecuted(file)) throw commandNotExecutable(command);
  const interpreter = interpreterOf(file);
  if (interpreter === undefined) return;
  const [program] = await look([posix.resolve(process.cwd || '/', interpreter)]);
  if (!program) throw commandNotFound(command, `its interpreter ${interpreter}`);
}

/** Runtimes create a directory that is missing. @throws PCH_OPTION_INVALID if it is a file, PCH_FILE_TIMEOUT */
export async function checkDirectory(
  { process, mounts, files }: ContainerDraft,
  lookUp: LookUp,
): Promise<void> {
  const path = process.cwd || '/';
  const over = [...Object.keys(mounts), ...Object.keys(files)];
  const [found] = await lookUp([{ path, mounts: over }]);
  if (found && !found.isMounted && found.kind !== 'directory') throw directoryMissing(path);
}

/** Where the command may be. */
function placesOf(command: string, { env, cwd }: DraftProcess): string[] {
  const from = cwd || '/';
  if (command.includes('/')) return [posix.resolve(from, command)];
  return (env['PATH'] ?? '').split(':').map((directory) => posix.resolve(from, directory, command));
}

/** Without any x bit not even root may execute it (capabilities(7), CAP_DAC_OVERRIDE). */
function mayBeExecuted(file: LayerFile | null): file is LayerFile {
  if (!file) return false;
  return file.isMounted === true || (file.kind === 'file' && (file.mode & 0o111) !== 0);
}

/** The program of a script's first line (execve(2)). */
function interpreterOf({ content }: LayerFile): string | undefined {
  if (!content || !('text' in content)) return undefined;
  return /^#![ \t]*([^ \t\n]+)/.exec(content.text)?.[1];
}

export function commandNotFound(
  command: string | undefined,
  what = 'the command',
  details: ErrorDetails = {},
): PouchError {
  return new PouchError('PCH_COMMAND_NOT_FOUND', `${quoted(command)}${what} is not in the image`, {
    ...details,
    field: 'command',
    hint: 'check its spelling, its path and the image’s PATH',
  });
}

export function commandNotExecutable(command: string | undefined, details: ErrorDetails = {}): PouchError {
  return new PouchError('PCH_COMMAND_NOT_EXECUTABLE', `${quoted(command)}the command cannot be executed`, {
    ...details,
    field: 'command',
    hint: 'check its mode bits and that it is built for this platform',
  });
}

function quoted(command: string | undefined): string {
  return command ? `"${command}": ` : '';
}

export function directoryMissing(path: string, details: ErrorDetails = {}): PouchError {
  return new PouchError(
    'PCH_OPTION_INVALID',
    `the working directory ${path} is not a directory in the container`,
    {
      ...details,
      field: 'cwd',
      hint: `create it there, or choose another ${field('cwd')}`,
    },
  );
}
