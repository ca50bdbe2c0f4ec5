import { type FSWatcher, readdirSync, watch, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { derivedNames } from '../../config/derive.ts';
import { waitUntil } from '../../core/wait/waitUntil.ts';

/** Files in the directory of the tests that are not from tests: caches of tools, and marks of `upToNow`. */
const notOfTests = /^(tsx-\d+|node-compile-cache|jiti|v8-compile-cache.*|\.mark-\d+)$/;

/**
 * Directories of daemons (test/support/daemonDirectory.ts). Only they have derived names: with thousands of other files
 * some would be those of somebody else's daemon, as they have few digits.
 */
const ofDaemons = /^pd-/;

/** Milliseconds. */
const seenWithinMs = 5_000;

/**
 * Names that identify resources of tests on the host: the files in their work directory, and the bridge, cgroup and
 * subnet that pouchd derives from `state` in a directory of a daemon. Resources without one of them belong to others.
 */
export class OwnNames {
  readonly #workDir: string;
  readonly #watcher: FSWatcher;
  /** Patterns by the last word of their name: an index, as there may be thousands. */
  readonly #patterns = new Map<string, Set<string>>();
  #marks = 0;
  #lastMark = '';

  /** Collects names until `close`, as a leak may have the name of a directory that has been removed. */
  constructor(workDir: string) {
    this.#workDir = workDir;
    this.#watcher = watch(workDir, (_, name) => this.#see(name ?? ''));
    this.#add(basename(workDir));
  }

  /** Returns whether a name, path or packet filter rule contains one of the names. */
  areIn(text: string): boolean {
    const patterns = wordsOf(text).flatMap((word) => [...(this.#patterns.get(word) ?? [])]);
    return patterns.some((pattern) => new RegExp(pattern).test(text));
  }

  /** Resolves when all directories created so far are known: the kernel reports changes in order. */
  async upToNow(): Promise<void> {
    const mark = `.mark-${(this.#marks += 1)}`;
    writeFileSync(join(this.#workDir, mark), '');
    if (!(await waitUntil(() => this.#lastMark === mark, { withinMs: seenWithinMs, everyMs: 5 })))
      throw new Error(
        `the kernel did not report ${mark} in ${this.#workDir} within ${seenWithinMs / 1000} s`,
      );
  }

  /** Returns files that tests have left in their work directory. */
  leftFiles(): string[] {
    return readdirSync(this.#workDir)
      .filter((name) => !notOfTests.test(name))
      .map((name) => join(this.#workDir, name));
  }

  close(): void {
    this.#watcher.close();
  }

  #see(name: string): void {
    if (name.startsWith('.mark-')) this.#lastMark = name;
    else if (!notOfTests.test(name)) this.#addDirectory(name);
  }

  #addDirectory(name: string): void {
    this.#add(name);
    if (!ofDaemons.test(name)) return;
    const { bridge, subnet } = derivedFrom(join(this.#workDir, name));
    // The cgroup has the bridge's name.
    this.#add(bridge);
    this.#add(subnet, `(?<![\\d.])${literal(subnet)}\\d`);
  }

  #add(name: string, pattern = `(?<![A-Za-z0-9])${literal(name)}(?![A-Za-z0-9])`): void {
    const key = wordsOf(name).at(-1) ?? '';
    const patterns = this.#patterns.get(key);
    if (patterns) patterns.add(pattern);
    else this.#patterns.set(key, new Set([pattern]));
  }
}

function wordsOf(text: string): string[] {
  return text.match(/[A-Za-z0-9]+/g) ?? [];
}

/** Returns the derived names of a daemon whose state is in the directory; the subnet without the last octet. */
function derivedFrom(directory: string): { bridge: string; subnet: string } {
  const names = derivedNames(join(directory, 'state'));
  return { bridge: names['network.bridge']!, subnet: names['network.subnet']!.replace(/\d+\/24$/, '') };
}

function literal(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
