/**
 * Paths of the host that plugins choose: none leads through a link, and only root can change what is above it. So the
 * text of a path, which a grant allows, is the place that is changed.
 */
import { PouchError } from '../../../../hooks/errors.ts';
import type { FileWorkers } from '../../../files/index.ts';
import type { PathStep } from '../../../files/protocol.ts';

export type PathFiles = Pick<
  FileWorkers,
  | 'look'
  | 'trace'
  | 'makeDirectories'
  | 'removeEmptyDirectory'
  | 'placeFile'
  | 'removeFile'
  | 'placeLink'
  | 'removeLink'
>;

export interface FoundPath {
  /** The path itself, if it exists. */
  self: PathStep | undefined;
  /** Directories above it that do not exist, outermost first. */
  missing: string[];
}

const writableByOthers = 0o022;
const sticky = 0o1000;

/**
 * `mayBeLink`: the path itself may be a link.
 * @throws PCH_PATH_UNSAFE; PCH_EFFECT_CONFLICT if a part of it is not a directory
 */
export async function findPath(
  files: PathFiles,
  path: string,
  { mayBeLink = false } = {},
): Promise<FoundPath> {
  const steps = await files.trace(path);
  const self = steps.at(-1)?.path === path ? steps.at(-1) : undefined;
  const above = self ? steps.slice(0, -1) : steps;
  above.forEach((step, index) => checkStep(path, step, steps[index + 1]));
  if (self?.kind === 'link' && !mayBeLink) throw leadsThrough(path, self);
  return { self, missing: directoriesAbove(path).filter((one) => !above.some((step) => step.path === one)) };
}

/** Creates directories. In one such as /tmp, another user may have been faster. @throws PCH_PATH_UNSAFE */
export async function createAbove(files: PathFiles, path: string, missing: readonly string[]): Promise<void> {
  if (missing.length === 0) return;
  await files.makeDirectories(missing);
  await findPath(files, path, { mayBeLink: true });
}

/** Removes directories that were created, unless others use them by now. */
export async function removeCreated(files: PathFiles, created: readonly string[]): Promise<void> {
  for (const path of created.toReversed()) await files.removeEmptyDirectory(path, path);
}

function directoriesAbove(path: string): string[] {
  const names = path.split('/').slice(1, -1);
  return ['/', ...names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`)];
}

function checkStep(path: string, step: PathStep, next: PathStep | undefined): void {
  if (step.kind === 'link') throw leadsThrough(path, step);
  if (step.kind !== 'directory')
    throw new PouchError('PCH_EFFECT_CONFLICT', `expected a directory at ${step.path}, found another file`, {
      hint: `the path ${path} of an effect needs it`,
    });
  if (step.uid !== 0) throw unsafe(path, step, `belongs to user ${step.uid}`, `chown root ${step.path}`);
  if ((step.mode & writableByOthers) === 0) return;
  // In a directory such as /tmp nobody can replace what is root's.
  if ((step.mode & sticky) !== 0 && (next === undefined || next.uid === 0)) return;
  throw unsafe(path, step, 'can be written by other users', `chmod go-w ${step.path}`);
}

function leadsThrough(path: string, { path: link, target = '' }: PathStep): PouchError {
  return new PouchError(
    'PCH_PATH_UNSAFE',
    `the path ${path} of an effect leads through the symbolic link ${link} to ${target}`,
    { hint: 'name the path without links, in the plugin and in its grant' },
  );
}

function unsafe(path: string, step: PathStep, problem: string, hint: string): PouchError {
  return new PouchError(
    'PCH_PATH_UNSAFE',
    `the path ${path} of an effect is below ${step.path}, which ${problem}`,
    {
      hint,
    },
  );
}
