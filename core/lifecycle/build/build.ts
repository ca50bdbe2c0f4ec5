import { randomBytes } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { BuilderContext, BuiltImage, ImageBuilder } from '../../../hooks/contributions/imageBuilder.ts';
import type { BuildMessage, BuildOptions } from '../../../hooks/engine/builds.ts';
import { hasCode, PouchError } from '../../../hooks/errors.ts';
import { clearCgroup } from '../../apply/effects/cgroup.ts';
import { formatPlatform, hostPlatform, normalizeReference } from '../../images/index.ts';
import { startDeadline } from '../../wait/deadline.ts';
import { linkedAbort } from '../../wait/linkedAbort.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { baseImages, findBases, type FoundBase } from './baseImages.ts';
import { type BuildContainer, startBuildContainer } from './buildContainer.ts';
import { chooseBuilder } from './chooseBuilder.ts';
import { readContextFile, unpackContext } from './contextDirectory.ts';
import { readDockerfile } from './dockerfile/readDockerfile.ts';
import { buildCgroup, buildDirectory, builderDirectory } from './places.ts';
import { runProgram } from './runProgram.ts';

/** Milliseconds. */
const longestBuild = 24 * 60 * 60 * 1000;

type Report = (message: BuildMessage) => Promise<void> | void;

interface Build {
  id: string;
  engine: EngineContext;
  builder: ImageBuilder;
  options: BuildOptions;
  directory: string;
  report: Report;
  signal: AbortSignal;
  /** Ends the build. */
  cancel(reason: unknown): void;
}

/** See Builds.build. Whatever ends it, its processes, container and files are gone afterwards. */
export async function build(
  engine: EngineContext,
  context: Readable,
  options: BuildOptions,
  report: Report = () => undefined,
  signal?: AbortSignal,
): Promise<string> {
  const names = (options.names ?? []).map((name) =>
    normalizeReference(name, engine.config.images.defaultRegistry),
  );
  return await engine.generations.use(async (generation) => {
    const builder = await chooseBuilder(generation);
    return await engine.operations.run('build', undefined, () =>
      inDirectory(engine, signal, async (place) => {
        const one = { ...place, engine, builder, options, report };
        await unpackContext(engine.files.copies, placeOfContext(one), context, one.signal);
        const { built, bases } = await runBuilder(one);
        await store(one, built, bases, names);
        return built.id;
      }),
    );
  });
}

type Place = Pick<Build, 'id' | 'directory' | 'signal' | 'cancel'>;

async function inDirectory<T>(
  engine: EngineContext,
  signal: AbortSignal | undefined,
  work: (place: Place) => Promise<T>,
): Promise<T> {
  const id = randomBytes(6).toString('hex');
  const directory = buildDirectory(engine.config, id);
  const client = linkedAbort(signal, () => new PouchError('PCH_CANCELLED', 'the client has left'));
  const deadline = startDeadline({ ms: longestBuild, late: tooLong, signal: client.controller.signal });
  const ended = linkedAbort(deadline.signal);
  const onShutdown = () => client.controller.abort(new PouchError('PCH_CANCELLED', 'pouchd ends'));
  engine.shutdown.addEventListener('abort', onShutdown);
  await mkdir(directory, { recursive: true, mode: 0o711 });
  try {
    const { controller } = ended;
    return await work({
      id,
      directory,
      signal: controller.signal,
      cancel: (reason) => controller.abort(reason),
    });
  } finally {
    engine.shutdown.removeEventListener('abort', onShutdown);
    ended.unlink();
    deadline.clear();
    client.unlink();
    await clearCgroup(buildCgroup(engine.config, id));
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

function tooLong(): PouchError {
  return new PouchError('PCH_DEADLINE', `the build did not end within ${longestBuild / 3_600_000} hours`);
}

function placeOfContext({ id, directory, engine }: Build) {
  return {
    lane: `build ${id}`,
    directory: join(directory, 'context'),
    mounts: join(engine.config.state, 'copy'),
  };
}

async function runBuilder(one: Build): Promise<{ built: BuiltImage; bases: FoundBase[] }> {
  const { engine, options, directory, builder, signal } = one;
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
  const network = async () => {
    container ??= startBuildContainer(engine, one.id, options, one.cancel);
    return (await container).network;
  };
  try {
    const dockerfile = join(directory, 'Dockerfile');
    const ids = new Map(bases.map(({ name, image }) => [name, image.id]));
    await writeFile(
      dockerfile,
      file.renamed((name) => ids.get(name) ?? name),
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
        network,
        limits: options.limits ?? {},
      },
      await builderContext(one),
    );
    return { built, bases };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    // One that could not be started has removed itself.
    await (await container?.catch(() => undefined))?.remove();
  }
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

async function builderContext({
  engine,
  builder,
  id,
  directory,
  report,
  signal,
}: Build): Promise<BuilderContext> {
  const own = builderDirectory(engine.config, builder.name);
  const scratch = join(directory, 'scratch');
  await mkdir(own, { recursive: true, mode: 0o700 });
  await mkdir(scratch, { mode: 0o700 });
  return {
    signal,
    log: engine.log,
    directory: own,
    scratch,
    cgroup: buildCgroup(engine.config, id),
    print: async (line) => report({ text: line }),
    run: (command) => runProgram(command, { signal, cwd: scratch }),
  };
}

/** Layers of the base images stay as they are. */
async function store(
  { engine }: Build,
  built: BuiltImage,
  bases: readonly FoundBase[],
  names: string[],
): Promise<void> {
  const known = await engine.images.find(built.id).catch((error: unknown) => {
    if (!hasCode(error, 'PCH_IMAGE_NOT_FOUND')) throw error;
  });
  if (!known)
    return await built.archive((archive) =>
      engine.images.loadBuilt(Readable.from(archive, { objectMode: false }), {
        names,
        bases: bases.map(({ image }) => image),
      }),
    );
  for (const name of names) await engine.images.tag(built.id, name);
}
