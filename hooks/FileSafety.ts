import { lstatSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { join, parse, resolve } from 'node:path';
import { messageOf, PouchError } from './errors.ts';

const writableByGroup = 0o020;
const writableByAll = 0o002;
const sticky = 0o1000;
/** As the kernel: more links than this are a circle. */
const mostLinks = 40;

/**
 * Checks the files that one plugin loads: pouchd runs them, as root unless they are executables. Nobody may be able to
 * replace one but root, the user of pouchd and the owner of the plugin's own file. Only the plugin's own file may have
 * any owner, because pouchd.yaml names it.
 */
export class FileSafety {
  readonly #entry: string;
  readonly #danger: string;
  readonly #owners: ReadonlySet<number>;
  readonly #checked = new Set<string>();

  /**
   * @param owners users to whom the files may belong, where this process does not know it
   * @param danger why it matters, for the message
   * @throws PCH_PLUGIN_LOAD if the plugin's own file is missing or not a regular file
   */
  constructor(entry: string, owners?: readonly number[], danger = 'pouchd would run it') {
    this.#entry = resolve(entry);
    this.#danger = danger;
    this.#owners = new Set(owners ?? [...ownUsers(), ownerOf(this.#entry)]);
  }

  get owners(): number[] {
    return [...this.#owners];
  }

  /**
   * Checks a file, each directory above it, and each link and its directory on the way to it.
   * @returns the path without links
   * @throws PCH_PLUGIN_UNSAFE
   */
  check(path: string): string {
    const steps = stepsTo(resolve(path));
    for (const [index, step] of steps.entries()) this.#checkStep(step, steps[index + 1], path);
    return steps.at(-1)?.path ?? path;
  }

  #checkStep({ path, stats }: Step, next: Step | undefined, file: string): void {
    const holdsFile = next?.isNamed ?? false;
    const key = `${holdsFile} ${path}`;
    if (this.#checked.has(key)) return;
    const writers = stats.isSymbolicLink() ? undefined : writersOf(stats, holdsFile);
    if (writers)
      throw this.#unsafe(file, path, `can be written by ${writers.who}`, `chmod ${writers.fix} ${path}`);
    if (!this.#owners.has(stats.uid))
      throw this.#unsafe(file, path, `belongs to user ${stats.uid}`, `chown root ${path}`);
    this.#checked.add(key);
  }

  #unsafe(file: string, path: string, problem: string, hint: string): PouchError {
    const where = resolve(file) === this.#entry ? '' : `plugin file ${this.#entry} loads ${file}: `;
    return new PouchError('PCH_PLUGIN_UNSAFE', `${where}${path} ${problem}, and ${this.#danger}`, {
      hint,
    });
  }
}

/** The users of pouchd. */
export function ownUsers(): number[] {
  return [0, process.geteuid?.() ?? 0];
}

interface Step {
  readonly path: string;
  readonly stats: Stats;
  /** It is the file, or a link in its place. */
  readonly isNamed: boolean;
}

/** What decides which file a path names: each directory, each link and at last the file, in order. */
function stepsTo(path: string): Step[] {
  const steps: Step[] = [];
  let links = 0;
  let at = parse(path).root;
  const left = partsOf(path);
  steps.push({ path: at, stats: lstatSync(at), isNamed: false });
  for (let part = left.shift(); part !== undefined; part = left.shift()) {
    const next = join(at, part);
    const stats = lstatSync(next);
    steps.push({ path: next, stats, isNamed: left.length === 0 });
    if (!stats.isSymbolicLink()) at = next;
    else if (++links > mostLinks) throw new Error(`too many links on the way to ${path}`);
    else {
      const target = resolve(at, readlinkSync(next));
      left.unshift(...partsOf(target));
      at = parse(target).root;
    }
  }
  return steps;
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '');
}

/**
 * In a directory such as /tmp (sticky) nobody can replace what belongs to others; but files beside a plugin may come to
 * be loaded in its place, so its own directory is not to be written at all.
 */
function writersOf({ mode, uid, gid }: Stats, holdsFile: boolean): { who: string; fix: string } | undefined {
  if (!holdsFile && (mode & sticky) !== 0) return undefined;
  if ((mode & writableByAll) !== 0) return { who: 'every user', fix: 'o-w' };
  // A group of the same number as the owner is that user's own, as Debian makes them.
  const isOwnersGroup = gid === 0 || gid === uid;
  if ((mode & writableByGroup) === 0 || isOwnersGroup) return undefined;
  return { who: `the users of group ${gid}`, fix: 'g-w' };
}

function ownerOf(path: string): number {
  try {
    const stats = statSync(path);
    if (stats.isFile()) return stats.uid;
  } catch (error) {
    throw notThere(`plugin file ${path} cannot be read: ${messageOf(error)}`, error);
  }
  throw notThere(`plugin file ${path} is not a regular file`, undefined, ofFolder(path));
}

/** Only commands find the plugin of a folder. */
function ofFolder(path: string): string {
  return `fix its \`path\` in pouchd.yaml; for a folder, name the file of the plugin in it: ${join(path, 'NAME.ts')}`;
}

function notThere(message: string, cause?: unknown, hint = 'fix its `path` in pouchd.yaml'): PouchError {
  return new PouchError('PCH_PLUGIN_LOAD', message, { hint, cause });
}
