import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type BuildCacheRecord,
  type BuilderContext,
  type BuildNetwork,
  type BuilderObstacle,
  type BuildPrune,
  type BuiltImage,
  type ImageBuild,
  PouchError,
  type PrunedCache,
} from '../../hooks/index.ts';
import { findBinary } from '../../hooks/runtimes/findBinary.ts';
import { buildArguments } from './arguments.ts';
import { noteUse, readCache } from './cache.ts';
import { BuildOutput } from './BuildOutput.ts';
import { buildahFailed } from './failure.ts';
import { refuseHeredocs } from './heredocs.ts';
import { HeldOutput } from './HeldOutput.ts';
import { sizeOfTree } from './sizeOfTree.ts';
import { prepareStorage, type Storage } from './storage.ts';

/** Of golang-github-containers-common, on which buildah depends: Docker’s profile. */
const seccompProfile = '/usr/share/containers/seccomp.json';

interface Programs {
  buildah: string;
  runtime: string;
}

interface RunParts {
  storage: Storage;
  programs: Programs;
}

interface Attempt {
  runtime: string;
  network: BuildNetwork;
  output: Pick<BuildOutput, 'add'>;
}

/** Calls of buildah(1), with storage and configuration of its own. */
export class Buildah {
  /** Bytes; 0: no limit. */
  readonly #cacheLimit: number;
  /** Ids of images that its storage has. */
  readonly #known = new Set<string>();
  /** By the path of the program. It may be replaced by a newer one, which can do more. */
  readonly #versions = new Map<string, string>();
  #running = 0;
  /** A build that was killed has left its working containers. */
  #hasLeftovers = true;

  constructor(cacheLimit: number) {
    this.#cacheLimit = cacheLimit;
  }

  async probe(): Promise<BuilderObstacle | undefined> {
    const found = await find();
    return 'problem' in found ? found : undefined;
  }

  async build(build: ImageBuild, context: BuilderContext): Promise<BuiltImage> {
    const programs = await programsOrThrow();
    const version = await this.#versionOf(programs.buildah, context);
    refuseHeredocs(await readFile(build.dockerfile, 'utf8'), version);
    const storage = await prepareStorage(context, programs.buildah);
    if (this.#running === 0 && this.#hasLeftovers) {
      this.#hasLeftovers = false;
      await this.#call(storage, context, ['rm', '--all']);
    }
    this.#running += 1;
    try {
      for (const base of new Map(build.bases.map((one) => [one.id, one])).values())
        await this.#haveBase(storage, context, base);
      const id = await this.#run(build, context, { storage, programs });
      this.#known.add(id);
      await noteUse(context.directory, id);
      return {
        id,
        archive: (read) => this.#archive(id, read, { storage, context }),
        stored: () => this.#keepLimit(storage, context),
      };
    } catch (error) {
      this.#hasLeftovers = true;
      throw error;
    } finally {
      this.#running -= 1;
    }
  }

  async cache(context: BuilderContext): Promise<BuildCacheRecord[]> {
    const { buildah } = await programsOrThrow();
    return await readCache(await prepareStorage(context, buildah), context.directory);
  }

  /** Nothing that a build uses is removed: its images have containers. */
  async prune(context: BuilderContext, { unusedSince, keepBytes }: BuildPrune): Promise<PrunedCache> {
    const { buildah } = await programsOrThrow();
    const storage = await prepareStorage(context, buildah);
    const before = await sizeOfTree(storage.root);
    const records = await readCache(storage, context.directory);
    if (this.#running === 0) await this.#call(storage, context, ['rm', '--all']);
    if (unusedSince === undefined && keepBytes === undefined)
      await this.#call(storage, context, ['rmi', '--all', '--force']);
    else await this.#removeOldest(storage, context, { unusedSince, keepBytes });
    this.#known.clear();
    const left = new Set((await readCache(storage, context.directory)).map(({ id }) => id));
    return {
      ids: records.map(({ id }) => id).filter((id) => !left.has(id)),
      bytes: Math.max(0, before - (await sizeOfTree(storage.root))),
    };
  }

  async #keepLimit(storage: Storage, context: BuilderContext): Promise<void> {
    if (this.#cacheLimit === 0 || this.#running > 0) return;
    await this.#removeOldest(storage, context, { unusedSince: undefined, keepBytes: this.#cacheLimit });
    this.#known.clear();
  }

  /** An image goes with those below it that no other one needs. */
  async #removeOldest(
    storage: Storage,
    context: BuilderContext,
    { unusedSince = Infinity, keepBytes }: { unusedSince: number | undefined; keepBytes: number | undefined },
  ): Promise<void> {
    const tried = new Set<string>();
    for (;;) {
      if (keepBytes !== undefined && (await sizeOfTree(storage.root)) <= keepBytes) return;
      const [oldest] = (await readCache(storage, context.directory))
        .filter(({ id, isShared }) => !isShared && !tried.has(id))
        .toSorted((one, other) => (one.lastUsedAt ?? 0) - (other.lastUsedAt ?? 0));
      if (!oldest || (oldest.lastUsedAt ?? 0) >= unusedSince) return;
      tried.add(oldest.id);
      // One that a build uses stays.
      const remove = ['rmi', oldest.id];
      await context.run({ args: [...storage.command, ...remove], env: storage.env });
    }
  }

  async #versionOf(buildah: string, context: BuilderContext): Promise<string> {
    const known = this.#versions.get(buildah);
    if (known !== undefined) return known;
    let version = '';
    const onLine = (line: string) => void (version ||= line);
    await context.run({ args: [buildah, '--version'], env: { HOME: context.scratch }, onLine });
    this.#versions.set(buildah, version);
    return version;
  }

  async #haveBase(
    storage: Storage,
    context: BuilderContext,
    base: ImageBuild['bases'][number],
  ): Promise<void> {
    if (this.#known.has(base.id)) return;
    const inspect = [
      'inspect',
      '--type',
      'image',
      '--format',
      '{{.FromImageID}}',
      base.id.replace('sha256:', ''),
    ];
    const has = (await context.run({ args: [...storage.command, ...inspect], env: storage.env })) === 0;
    if (!has) {
      const archive = await base.archive();
      const pull = ['pull', '--quiet', '--policy', 'always', '--signature-policy', storage.policy];
      await this.#call(storage, context, [...pull, `docker-archive:${archive}`]);
    }
    this.#known.add(base.id);
  }

  /** First with a runtime that only notes that it was needed: what is in the cache needs no network. */
  async #run(build: ImageBuild, context: BuilderContext, parts: RunParts): Promise<string> {
    const names = new Map(build.bases.map(({ id, name }) => [id, name]));
    const output = new BuildOutput((line) => context.print(line), names);
    const note = join(context.scratch, 'needed');
    const held = build.noCache ? undefined : new HeldOutput(output);
    if (held) {
      const runtime = await notingRuntime(context.scratch, note);
      const network = { namespace: 'none', nameservers: [], search: [], options: [], hosts: {} };
      const exitCode = await this.#attempt(build, context, { ...parts, runtime, network, output: held });
      if (exitCode === 0 || !existsSync(note)) {
        await held.flush();
        return await this.#outcome(context, output, exitCode);
      }
    }
    const { runtime } = parts.programs;
    const rest = held ? held.rest() : output;
    const exitCode = await this.#attempt(build, context, {
      ...parts,
      runtime,
      network: await build.startNetwork(),
      output: rest,
    });
    return await this.#outcome(context, output, exitCode);
  }

  async #attempt(
    build: ImageBuild,
    context: BuilderContext,
    { storage, runtime, network, output }: RunParts & Attempt,
  ): Promise<number> {
    const { scratch, cgroup } = context;
    const options = { idFile: join(scratch, 'id'), runtime, seccompProfile, cgroup, storage, network };
    return await context.run({
      args: [...storage.command, ...buildArguments(build, options)],
      env: storage.env,
      onLine: (line, stream) => output.add(line, stream),
    });
  }

  async #outcome({ scratch }: BuilderContext, output: BuildOutput, exitCode: number): Promise<string> {
    const failure = await output.end(exitCode);
    if (failure) {
      // Another program may have removed an image.
      this.#known.clear();
      throw failure;
    }
    return (await readFile(join(scratch, 'id'), 'utf8')).trim();
  }

  async #archive(
    id: string,
    read: (archive: AsyncIterable<Buffer>) => Promise<void>,
    { storage, context }: { storage: Storage; context: BuilderContext },
  ): Promise<void> {
    // The archive as Docker has it, with health checks and ONBUILD, which an OCI image cannot have.
    const push = ['push', '--quiet', '--signature-policy', storage.policy, id, 'docker-archive:/dev/stdout'];
    // Buildah opens /dev/stdout, which Node's sockets do not allow.
    const codeFile = join(context.scratch, 'exit-code');
    const piped = ['/bin/sh', '-c', '{ "$@"; echo $? >"$0"; } | cat', codeFile];
    let last = '';
    let failure: Error | undefined;
    await context.run({
      args: [...piped, ...storage.command, ...push],
      env: storage.env,
      onLine: (line) => {
        last = line || last;
      },
      onOutput: async (stdout) => {
        await read(stdout).catch((error: unknown) => (failure = error as Error));
      },
    });
    const exitCode = (await readFile(codeFile, 'utf8').catch(() => '')).trim();
    // A reader that has failed breaks the pipe.
    if (failure !== undefined && (exitCode === '0' || /broken pipe/i.test(last))) throw failure;
    if (exitCode !== '0') throw buildahFailed('buildah push', last);
  }

  /** @throws PCH_BUILD_FAILED with what it has printed last, PCH_DISK_FULL */
  async #call(storage: Storage, context: BuilderContext, args: readonly string[]): Promise<void> {
    let last = '';
    const exitCode = await context.run({
      args: [...storage.command, ...args],
      env: storage.env,
      onLine: (line) => {
        last = line || last;
      },
    });
    if (exitCode !== 0) throw buildahFailed(`buildah ${args[0]}`, last);
  }
}

/** Writes a program that creates a file and fails. Resolves to it. */
async function notingRuntime(directory: string, note: string): Promise<string> {
  const path = join(directory, 'no-runtime');
  await writeFile(path, `#!/bin/sh\n: >'${note.replaceAll("'", "'\\''")}'\nexit 1\n`, { mode: 0o700 });
  return path;
}

async function programsOrThrow(): Promise<Programs> {
  const found = await find();
  if ('problem' in found) throw new PouchError('PCH_TOOL_MISSING', found.problem, { hint: found.hint });
  return found;
}

async function find(): Promise<Programs | BuilderObstacle> {
  const buildah = await findBinary('buildah');
  if (buildah === undefined)
    return { problem: 'buildah is not installed', hint: 'install it: apt-get install buildah' };
  const runtime = (await findBinary('runc')) ?? (await findBinary('crun'));
  if (runtime === undefined)
    return { problem: 'neither runc nor crun is installed', hint: 'install one: apt-get install runc' };
  if (!existsSync(seccompProfile))
    return {
      problem: `the seccomp profile ${seccompProfile} does not exist`,
      hint: 'install it: apt-get install golang-github-containers-common',
    };
  return { buildah, runtime };
}
