import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { BuildWishes, BuiltImage, ImageBuilder } from '../../../hooks/contributions/imageBuilder.ts';
import type { BuildMessage, BuildOptions } from '../../../hooks/engine/builds.ts';
import { hasCode, messageOf, PouchError } from '../../../hooks/errors.ts';
import { formatPlatform, hostPlatform, normalizeReference } from '../../images/index.ts';
import { onAbort } from '../../wait/onAbort.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { baseImages, findBases, type FoundBase } from './baseImages.ts';
import { credentialsFor, registryOf } from './credentialsFor.ts';
import { type BuildContainer, startBuildContainer } from './buildContainer.ts';
import { builderContext, inBuildPlace } from './buildPlace.ts';
import type { BuilderDaemons } from './BuilderDaemons.ts';
import { chooseBuilder } from './chooseBuilder.ts';
import { readContextFile, unpackContext } from './contextDirectory.ts';
import { isSame, readDockerfile } from './dockerfile/readDockerfile.ts';
import { storeBuilt } from './storeBuilt.ts';

/** Milliseconds. */
const longestBuild = 24 * 60 * 60 * 1000;

type Report = (message: BuildMessage) => Promise<void> | void;

interface Build {
  id: string;
  engine: EngineContext;
  builder: ImageBuilder;
  options: BuildOptions;
  wishes: BuildWishes;
  directory: string;
  report: Report;
  signal: AbortSignal;
  /** Ends the build. */
  cancel(reason: unknown): void;
}

/** See Builds.build. Whatever ends it, its processes, container and files are gone afterwards. */
export async function build(
  engine: EngineContext,
  daemons: BuilderDaemons,
  context: Readable,
  options: BuildOptions,
  report: Report = () => undefined,
  signal?: AbortSignal,
): Promise<string> {
  const names = (options.names ?? []).map((name) =>
    normalizeReference(name, engine.config.registries.defaultRegistry),
  );
  return await engine.generations.use(async (generation) => {
    const wishes = wishesOf(engine, options);
    const builder = await chooseBuilder(generation, wishes);
    return await engine.operations.run('build', undefined, () =>
      inBuildPlace(engine, { signal, longest: longestBuild }, async (place) => {
        const one = { ...place, engine, builder, options, wishes, report };
        await unpackContext(engine.files.copies, placeOfContext(one), context, one.signal);
        const inner = async () => {
          const { built, bases } = await runBuilder(one);
          await storeBuilt(
            engine,
            built,
            names,
            bases.map(({ image }) => image),
          );
          await built.stored?.();
          return built.id;
        };
        if (!builder.runDaemon) return await inner();
        return await daemons.use(builder, async (daemon) => {
          const unlink = onAbort(daemon.signal, () => place.cancel(daemon.signal.reason));
          return await inner().finally(unlink);
        });
      }),
    );
  });
}

function wishesOf(engine: EngineContext, options: BuildOptions): BuildWishes {
  const { network, limits = {}, cacheFrom = [], cacheTo = [] } = options;
  const full = (name: string) => normalizeReference(name, engine.config.registries.defaultRegistry);
  return {
    ...(network !== undefined && { network }),
    limits,
    ...(cacheFrom.length > 0 && { cacheFrom: cacheFrom.map(full) }),
    ...(cacheTo.length > 0 && {
      cacheTo: cacheTo.map(({ reference, mode }) => ({
        ...(reference !== undefined && { reference: full(reference) }),
        mode,
      })),
    }),
  };
}

/** No other credentials leave pouchd than those that the caches need. */
function cacheAuth({ cacheFrom = [], cacheTo = [] }: BuildWishes, auth: BuildOptions['auth']) {
  const references = [...cacheFrom, ...cacheTo.flatMap(({ reference }) => reference ?? [])];
  return Object.fromEntries(
    references.flatMap((reference) => {
      const found = credentialsFor(reference, auth);
      return found ? [[registryOf(reference), found]] : [];
    }),
  );
}

function placeOfContext({ id, directory, engine }: Build) {
  return {
    lane: `build ${id}`,
    directory: join(directory, 'context'),
    mounts: join(engine.config.state, 'copy'),
  };
}

async function runBuilder(one: Build): Promise<{ built: BuiltImage; bases: FoundBase[] }> {
  const { engine, options, wishes, directory, builder, signal } = one;
  const context = join(directory, 'context');
  const text = await dockerfileIn(context, options.dockerfile);
  const { buildArgs = {}, target, platform } = options;
  const file = readDockerfile(text, { buildArgs, target, platformArgs: platformArgs(platform) });
  const bases = await findBases(engine, file.bases, {
    ...options,
    report: (message) => void one.report(message),
    signal,
  });
  let container: Promise<BuildContainer> | undefined;
  let isForeignProgram = false;
  const network = async () => {
    container ??= startBuildContainer(engine, one.id, options, one.cancel);
    return (await container).network;
  };
  try {
    const dockerfile = join(directory, 'Dockerfile');
    await writeFile(
      dockerfile,
      file.renamed((one) => bases.find((base) => isSame(base, one))?.image.id ?? one.reference),
      { mode: 0o600 },
    );
    const built = await builder.build(
      {
        context,
        dockerfile,
        bases: baseImages(engine, bases, directory),
        buildArgs,
        labels: options.labels ?? {},
        secrets: await writeSecrets(directory, options.secrets),
        ...(target !== undefined && { target }),
        ...(platform !== undefined && { platform }),
        noCache: options.noCache ?? false,
        startNetwork: network,
        extraHosts: options.extraHosts ?? {},
        auth: cacheAuth(wishes, options.auth),
        ...wishes,
      },
      await builderContext(engine, builder, one, async (line) => {
        isForeignProgram ||= /exec format error/i.test(line);
        await one.report({ text: line });
      }),
    );
    return { built, bases };
  } catch (error) {
    signal.throwIfAborted();
    throw isForeignProgram ? withEmulator(error, bases) : error;
  } finally {
    // One that could not be started has removed itself.
    await (await container?.catch(() => undefined))?.remove();
  }
}

/** What the kernel calls a format error is a program of another platform, if an image has one (execve(2), ENOEXEC). */
function withEmulator(error: unknown, bases: readonly FoundBase[]): unknown {
  const own = hostPlatform();
  const foreign = bases.find(({ image }) => image.config.architecture !== own.architecture);
  if (!hasCode(error, 'PCH_BUILD_FAILED') || !foreign) return error;
  const platform = formatPlatform(foreign.image.config);
  return new PouchError(
    'PCH_BUILD_FAILED',
    `${messageOf(error)}: this host (${formatPlatform(own)}) does not run programs of ${platform}`,
    { hint: 'install an emulator: apt-get install qemu-user-static', cause: error },
  );
}

/** dockerd looks for `dockerfile`, too. @throws PCH_DOCKERFILE_INVALID in its words */
async function dockerfileIn(context: string, path = 'Dockerfile'): Promise<string> {
  const found = await readContextFile(context, path);
  const text = found ?? (path === 'Dockerfile' ? await readContextFile(context, 'dockerfile') : undefined);
  if (text !== undefined) return text;
  throw new PouchError('PCH_DOCKERFILE_INVALID', `Cannot locate specified Dockerfile: ${path}`, {
    hint: 'name a file of the build context',
  });
}

/** Arguments that every build has (Dockerfile reference, "Automatic platform ARGs in the global scope"). */
function platformArgs(platform: string | undefined): Record<string, string> {
  const own = formatPlatform(hostPlatform());
  return { ...argsOf('BUILD', own), ...argsOf('TARGET', platform ?? own) };
}

function argsOf(prefix: string, platform: string): Record<string, string> {
  const [os = '', architecture = '', variant = ''] = platform.split('/');
  return {
    [`${prefix}PLATFORM`]: platform,
    [`${prefix}OS`]: os,
    [`${prefix}ARCH`]: architecture,
    [`${prefix}VARIANT`]: variant,
  };
}

async function writeSecrets(
  directory: string,
  secrets: BuildOptions['secrets'] = {},
): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const [index, [id, content]] of Object.entries(secrets).entries()) {
    const path = join(directory, `secret-${index}`);
    await writeFile(path, Buffer.from(content, 'base64'), { mode: 0o600 });
    files[id] = path;
  }
  return files;
}
