/**
 * Access to paths that may hang or be hostile: bind sources, volumes, files that a container can write. An expendable
 * process performs each call with a deadline.
 */
import { dirname } from 'node:path';
import type { FileAccess, FileFacts } from '../../hooks/files.ts';
import type { PouchError } from '../../hooks/errors.ts';
import type { ProcessIdentity } from '../supervise/processIdentity.ts';
import { CopyWorkers } from './CopyWorkers.ts';
import type {
  PathStep,
  PlacedFile,
  FileText,
  FileOperation,
  FileOperations,
  LayerLookup,
} from './protocol.ts';
import { forContent, inContainer, type Lane, lanesOf, onHost, onMounts } from './subjects.ts';
import { addHint, asTimeout, isBroken, resultOf } from './workerErrors.ts';
import { type CallOptions, type Subject, WorkerPool } from './WorkerPool.ts';

export interface FileWorkersOptions {
  /** argv of a worker. */
  command: readonly string[];
  /** Milliseconds that a call without content may take. */
  timeout(): number;
  /** Milliseconds without a byte after which a copy of a container ends. */
  stallMs?: number;
  /** Replaces the pool of processes in tests. */
  pool?: Pool;
}

type Pool = Pick<WorkerPool, 'call' | 'warm' | 'pending' | 'close'>;

/** A container whose files are read. */
export interface FileOwner {
  name: string;
  init: ProcessIdentity;
}

/** Milliseconds; content is copied and removed at the speed of the disk. */
export const contentDeadlineMs = 10 * 60_000;

/** Milliseconds: mkfs and umount write what is in memory. */
const diskDeadlineMs = 50_000;

const aDisk = 'the disk of a root file system';

/** Idempotent operations, which are repeated if their worker was killed. */
const repeatable: ReadonlySet<FileOperation> = new Set([
  'look',
  'list',
  'readFiles',
  'readLayers',
  'makeDirectory',
  'makeDirectories',
  'trace',
  'placeFile',
  'removeFile',
  'placeLink',
  'removeLink',
  'readContainer',
  'writeInside',
  'firstBoot',
  'setHostname',
  'overwrite',
  'readEnd',
  'clearFill',
  'rename',
  'createVolume',
  'removeVolume',
  'removeEmptyDirectory',
  'removeTree',
  'treeUsage',
  'ownRoot',
  'copyLayer',
  'layerSpace',
  'makeDisk',
  'attachDisk',
  'growDisk',
  'detachDisk',
  'removeDisk',
  'diskUsage',
  'syncTree',
  'clearKeep',
  'diffRoots',
  'layerChanges',
] as const);

export class FileWorkers implements FileAccess {
  readonly copies: CopyWorkers;
  readonly #options: FileWorkersOptions;
  readonly #pool: Pool;

  constructor(options: FileWorkersOptions) {
    this.#options = options;
    this.copies = new CopyWorkers(options);
    this.#pool = options.pool ?? new WorkerPool(options);
  }

  /**
   * Resolves to the facts of a path of the host, following links; undefined if it does not exist.
   * @throws PCH_FILE_TIMEOUT
   */
  async look(path: string, what = path): Promise<FileFacts | undefined> {
    const [found] = await this.#call('look', onHost(path, what), { paths: [path] });
    return found ?? undefined;
  }

  async list(path: string, what = path): Promise<string[] | undefined> {
    return (await this.#call('list', onHost(path, what), { path })) ?? undefined;
  }

  async readText(path: string, maxBytes: number, what = path): Promise<string | undefined> {
    const [found] = await this.#call('readFiles', onHost(path, what), { paths: [path], maxBytes });
    if (found && 'refused' in found) throw new Error(found.refused);
    return found && 'text' in found ? found.text : undefined;
  }

  /**
   * Reads files of at most `maxBytes`. Returns the results by path; a file system that does not respond gives an
   * error for its files.
   */
  async readFiles(
    paths: readonly string[],
    maxBytes: number,
    whatOf: (path: string) => string,
  ): Promise<Map<string, FileText | PouchError>> {
    const found = new Map<string, FileText | PouchError>();
    const read = async ({ subject, paths }: Lane) => {
      const texts = await this.#call('readFiles', subject, { paths, maxBytes }).catch(asTimeout);
      paths.forEach((path, i) => found.set(path, Array.isArray(texts) ? texts[i]! : texts));
    };
    await Promise.all(lanesOf(paths, whatOf).map(read));
    return found;
  }

  /** Checks that each path responds, whether it exists or not. @throws PCH_FILE_TIMEOUT */
  async checkResponds(paths: readonly string[], whatOf: (path: string) => string): Promise<void> {
    await Promise.all(
      lanesOf(paths, whatOf).map(({ subject, paths }) => this.#call('look', subject, { paths })),
    );
  }

  /** Creates a directory and its parents; succeeds if it exists. */
  async makeDirectory(path: string, what: string, mode?: number): Promise<void> {
    await this.#call('makeDirectory', onHost(path, what), { path, ...(mode !== undefined && { mode }) });
  }

  /** Returns the path and the directories above it, outermost first, links not followed, as far as they exist. */
  async trace(path: string, what = path): Promise<PathStep[]> {
    return await this.#call('trace', onHost(path, what), { path });
  }

  /** Creates directories, outermost first; succeeds for those that exist. */
  async makeDirectories(paths: readonly string[]): Promise<void> {
    const last = paths.at(-1);
    if (last !== undefined) await this.#call('makeDirectories', onHost(last), { paths });
  }

  /** Writes a file of an effect. @throws EEXIST if another file has its path */
  async placeFile(file: PlacedFile): Promise<void> {
    await this.#call('placeFile', onHost(file.path), file);
  }

  /** Removes what `placeFile` has written, and restores the earlier file. */
  async removeFile(path: string): Promise<void> {
    await this.#call('removeFile', onHost(path), { path });
  }

  /** @throws EEXIST if something else has its path */
  async placeLink(path: string, to: string): Promise<void> {
    await this.#call('placeLink', onHost(path), { path, to });
  }

  async removeLink(path: string, to: string): Promise<void> {
    await this.#call('removeLink', onHost(path), { path, to });
  }

  /** Renames a path; succeeds if `from` does not exist. */
  async rename(from: string, to: string, what: string): Promise<void> {
    await this.#call('rename', onHost(from, what), { from, to });
  }

  /**
   * Reads files of a running container as its processes see them, each of at most `maxBytes`.
   * @throws PCH_CONTAINER_NOT_RUNNING, PCH_FILE_TIMEOUT
   */
  async readContainer(
    { name, init }: FileOwner,
    paths: readonly string[],
    maxBytes: number,
  ): Promise<FileText[]> {
    return await this.#call('readContainer', inContainer(name, paths), { init, paths, maxBytes });
  }

  /**
   * Writes files into the root file system of a container that is created and has not started. Resolves to why files
   * were left as they are.
   * @throws PCH_CONTAINER_NOT_RUNNING, PCH_FILE_TIMEOUT
   */
  async writeInside(
    { name, init }: FileOwner,
    args: Omit<FileOperations['writeInside']['args'], 'init'>,
  ): Promise<string[]> {
    const paths = args.files.map(({ path }) => path);
    const replies = await this.#call('writeInside', inContainer(name, paths), { init, ...args });
    return replies.filter((reply) => reply !== null);
  }

  /**
   * Gives a container that is created and never ran users, keys and files. Resolves to why some were left out.
   * @throws PCH_CONTAINER_NOT_RUNNING, PCH_FILE_TIMEOUT
   */
  async firstBoot(
    { name, init }: FileOwner,
    args: Omit<FileOperations['firstBoot']['args'], 'init'>,
  ): Promise<string[]> {
    return await this.#call('firstBoot', inContainer(name, ['accounts and files']), { init, ...args });
  }

  /**
   * Takes mounts of a container away, and mounts files of the host in it; resolves to why some are not mounted.
   * @throws PCH_CONTAINER_NOT_RUNNING, PCH_FILE_TIMEOUT
   */
  async mountInside(
    { name, init }: FileOwner,
    args: Omit<FileOperations['mountInside']['args'], 'init'>,
  ): Promise<string[]> {
    const paths = [...new Set([...args.unmount, ...args.mounts.map(({ target }) => target)])];
    const replies = await this.#call('mountInside', inContainer(name, paths), { init, ...args });
    return replies.filter((reply) => reply !== null);
  }

  /**
   * Mounts a path of the host in a running container.
   * @throws PCH_CONTAINER_NOT_RUNNING, PCH_FILE_TIMEOUT, and errors with an errno as their `code`
   */
  async bindInside(
    { name, init }: FileOwner,
    args: Omit<FileOperations['bindInside']['args'], 'init'>,
  ): Promise<void> {
    await this.#call('bindInside', inContainer(name, [args.target]), { init, ...args });
  }

  /**
   * Takes a mount of a running container away; resolves to false if nothing is mounted on the path.
   * @throws PCH_CONTAINER_NOT_RUNNING, PCH_FILE_TIMEOUT, and errors with an errno as their `code`
   */
  async unbindInside(
    { name, init }: FileOwner,
    args: Omit<FileOperations['unbindInside']['args'], 'init'>,
  ): Promise<boolean> {
    return await this.#call('unbindInside', inContainer(name, [args.target]), { init, ...args });
  }

  /**
   * Binds a device node of the host on a new file of a running container.
   * @throws PCH_CONTAINER_NOT_RUNNING, PCH_FILE_TIMEOUT, and errors with an errno as their `code`
   */
  async addDeviceInside(
    { name, init }: FileOwner,
    args: Omit<FileOperations['addDeviceInside']['args'], 'init'>,
  ): Promise<void> {
    await this.#call('addDeviceInside', inContainer(name, [args.target]), { init, ...args });
  }

  /**
   * Takes a device node of a running container away; does nothing if it is gone.
   * @throws PCH_CONTAINER_NOT_RUNNING, PCH_FILE_TIMEOUT, and errors with an errno as their `code`
   */
  async removeDeviceInside(
    { name, init }: FileOwner,
    args: Omit<FileOperations['removeDeviceInside']['args'], 'init'>,
  ): Promise<void> {
    await this.#call('removeDeviceInside', inContainer(name, [args.target]), { init, ...args });
  }

  /** @throws PCH_CONTAINER_NOT_RUNNING */
  async setHostname({ name, init }: FileOwner, hostname: string): Promise<void> {
    await this.#call('setHostname', inContainer(name, ['the host name']), { init, hostname });
  }

  /**
   * Looks up files of an image in the directories of its layers, top first. Resolves to `missing` if such a directory
   * does not exist. `what` names the layers in messages.
   * @throws PCH_FILE_TIMEOUT
   */
  async readLayers(
    layers: readonly string[],
    lookups: readonly LayerLookup[],
    what: string,
  ): Promise<FileOperations['readLayers']['result']> {
    return await this.#call('readLayers', onMounts(layers, what), { layers, lookups });
  }

  /** Replaces the content of a file that a container can write, in place. */
  async overwrite(path: string, content: string): Promise<void> {
    await this.#call('overwrite', onHost(path), { path, content });
  }

  /** Resolves to the last lines of a file within `maxBytes`; empty if it does not exist. */
  async readEnd(path: string, maxBytes: number): Promise<string> {
    return await this.#call('readEnd', onHost(path), { path, maxBytes });
  }

  /** Fills a volume, if it is empty, with a directory of a container's snapshot. */
  async fillVolume(args: FileOperations['fillVolume']['args'], signal: AbortSignal): Promise<void> {
    const subject = forContent(onHost(args.target, `the volume's directory ${args.target}`));
    await this.#call('fillVolume', subject, args, { deadlineMs: contentDeadlineMs, signal });
  }

  /** Removes the leftovers of an interrupted `fillVolume`. */
  async clearFill(args: FileOperations['clearFill']['args']): Promise<void> {
    const subject = forContent(onHost(args.staging));
    await this.#call('clearFill', subject, args, { deadlineMs: contentDeadlineMs });
  }

  /** Copies a writable layer; see worker/copyLayer.ts. @throws ENOSPC */
  async copyLayer(args: FileOperations['copyLayer']['args'], signal: AbortSignal): Promise<void> {
    const subject = forContent(onHost(args.to, 'the copy of the root file system'));
    await this.#call('copyLayer', subject, args, { deadlineMs: contentDeadlineMs, signal });
  }

  /** Prepares the copy of a writable layer for an image; see worker/tidyLayer.ts. */
  async tidyLayer(args: FileOperations['tidyLayer']['args'], signal?: AbortSignal): Promise<void> {
    const subject = forContent(onHost(args.layer, 'the copy of the root file system'));
    await this.#call('tidyLayer', subject, args, { deadlineMs: contentDeadlineMs, signal });
  }

  async layerSpace(path: string): Promise<FileOperations['layerSpace']['result']> {
    return await this.#call('layerSpace', onHost(path, 'the root file system'), { path });
  }

  /** The disk of a root file system; see worker/rootDisk.ts. @throws ENOSPC */
  async makeDisk(args: FileOperations['makeDisk']['args']): Promise<void> {
    const subject = forContent(onHost(args.path, aDisk));
    await this.#call('makeDisk', subject, args, { deadlineMs: diskDeadlineMs });
  }

  async attachDisk(args: FileOperations['attachDisk']['args']): Promise<boolean> {
    const subject = forContent(onHost(args.path, aDisk));
    return await this.#call('attachDisk', subject, args, { deadlineMs: diskDeadlineMs });
  }

  async growDisk(args: FileOperations['growDisk']['args']): Promise<void> {
    const subject = forContent(onHost(args.path, aDisk));
    await this.#call('growDisk', subject, args, { deadlineMs: contentDeadlineMs });
  }

  async detachDisk(args: FileOperations['detachDisk']['args']): Promise<void> {
    const subject = forContent(onHost(dirname(args.snapshot), aDisk));
    await this.#call('detachDisk', subject, args, { deadlineMs: diskDeadlineMs });
  }

  async removeDisk(args: FileOperations['removeDisk']['args']): Promise<void> {
    const subject = forContent(onHost(args.path, aDisk));
    await this.#call('removeDisk', subject, args, { deadlineMs: diskDeadlineMs });
  }

  /** Resolves to the bytes that it takes; undefined if it does not exist. */
  async diskUsage(path: string): Promise<number | undefined> {
    return (await this.#call('diskUsage', onHost(path, aDisk), { path })) ?? undefined;
  }

  /** Writes a file system to the disk. */
  async syncTree(path: string, signal?: AbortSignal): Promise<void> {
    const subject = forContent(onHost(path, 'the root file system'));
    await this.#call('syncTree', subject, { path }, { deadlineMs: contentDeadlineMs, signal });
  }

  /** Copies paths between root file systems. Resolves to those that were found. @throws ENOSPC */
  async keepPaths(args: FileOperations['keepPaths']['args'], signal: AbortSignal): Promise<string[]> {
    const subject = forContent(onHost(args.layer, 'the kept files'));
    return await this.#call('keepPaths', subject, args, { deadlineMs: contentDeadlineMs, signal });
  }

  async clearKeep(args: FileOperations['clearKeep']['args']): Promise<void> {
    await this.#call('clearKeep', onHost(args.mountPoints.from), args);
  }

  async diffRoots(args: FileOperations['diffRoots']['args']): Promise<FileOperations['diffRoots']['result']> {
    const subject = forContent(onHost(args.before.layer, 'the root file systems'));
    return await this.#call('diffRoots', subject, args, { deadlineMs: contentDeadlineMs });
  }

  /** What a writable layer changes of those below it; see worker/layerChanges.ts. */
  async layerChanges(
    args: FileOperations['layerChanges']['args'],
  ): Promise<FileOperations['layerChanges']['result']> {
    const subject = forContent(onHost(args.layers[0] ?? '/', 'the root file system'));
    return await this.#call('layerChanges', subject, args, { deadlineMs: contentDeadlineMs });
  }

  async createVolume(args: FileOperations['createVolume']['args'], what: string): Promise<void> {
    await this.#call('createVolume', onHost(args.directory, what), args);
  }

  async removeVolume(args: FileOperations['removeVolume']['args'], what: string): Promise<void> {
    await this.checkResponds([args.directory, args.data], () => what);
    const subject = forContent(onHost(args.data, what));
    await this.#call('removeVolume', subject, args, { deadlineMs: contentDeadlineMs });
  }

  /** Bytes that a directory tree takes on the disk, without what is mounted in it. @throws PCH_FILE_TIMEOUT */
  async treeUsage(path: string, what: string): Promise<number> {
    return await this.#call('treeUsage', forContent(onHost(path, what)), { path });
  }

  /** Removes a directory unless it has entries. */
  async removeEmptyDirectory(path: string, what: string): Promise<void> {
    await this.#call('removeEmptyDirectory', onHost(path, what), { path });
  }

  /** Removes a directory tree except what is mounted in it; succeeds if it does not exist. */
  async removeTree(path: string, what: string): Promise<void> {
    await this.look(path, what);
    const subject = forContent(onHost(path, what));
    await this.#call('removeTree', subject, { path }, { deadlineMs: contentDeadlineMs });
  }

  /** Changes the owner of a container's writable layer to its root user. */
  async ownRoot(args: FileOperations['ownRoot']['args'], what: string): Promise<void> {
    await this.#call('ownRoot', onHost(args.path, what), args);
  }

  /** Mounts each source on a new file or directory with the ids of a user namespace. @throws PCH_USERNS_UNMAPPABLE */
  async mountMapped(mounts: readonly { source: string; target: string }[], userns: string): Promise<void> {
    const [first] = mounts;
    if (first) await this.#call('mountMapped', onHost(first.source), { mounts, userns }).catch(addHint);
  }

  /** Starts a worker in advance. */
  warm(): void {
    this.#pool.warm();
  }

  /** Subjects of the current calls, for the log. */
  pending(): string[] {
    return [...this.#pool.pending(), ...this.copies.pending()];
  }

  /** Ends all workers. Current calls fail. */
  close(): void {
    this.#pool.close();
    this.copies.close();
  }

  async #call<Op extends FileOperation>(
    op: Op,
    subject: Subject,
    args: FileOperations[Op]['args'],
    options: CallOptions = { deadlineMs: this.#options.timeout() },
  ): Promise<FileOperations[Op]['result']> {
    const request = { op, ...args } as Parameters<WorkerPool['call']>[1];
    const ask = () => this.#pool.call(subject, request, options);
    const reply = await ask().catch((error: unknown) => {
      if (!repeatable.has(op) || !isBroken(error)) throw error;
      return ask();
    });
    return resultOf(reply, subject);
  }
}
