import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  type BuildCacheRecord,
  type BuilderConnection,
  type BuilderContext,
  type BuilderObstacle,
  type BuildPrune,
  type BuiltImage,
  type Config,
  type DaemonContext,
  type ImageBuild,
  PouchError,
  type PrunedCache,
  type SessionBuild,
} from '../../hooks/index.ts';
import { buildctlArguments } from './buildctlArguments.ts';
import { builtImage } from './builtImage.ts';
import { configure } from './configuration.ts';
import { ContentSession, policyJson, policyMessage } from './ContentSession.ts';
import { ControlClient } from './ControlClient.ts';
import { serveControl } from './serveControl.ts';
import { PlainOutput } from './PlainOutput.ts';
import { findPrograms, programsOrThrow } from './programs.ts';
import { registryTables } from './registries.ts';
import { readSolveRequest, sessionRequest } from './solveRequest.ts';
import { withoutSyntax } from './syntax.ts';
import { encode, mapFields, Message } from './wire.ts';

/** Milliseconds until buildkitd serves. */
const startMs = 30_000;
/** Lines of its log that an error shows. */
const shownLines = 5;

const digestKey = 'containerimage.digest';
const configKey = 'containerimage.config.digest';

const ignore = () => undefined;

interface Daemon {
  context: DaemonContext;
  socket: string;
  control: ControlClient;
  session: ContentSession;
}

/** buildkitd and buildctl, with state and configuration of their own. */
export class BuildKit {
  readonly #config: Config;
  readonly #cacheLimit: number;
  #daemon: Daemon | undefined;

  constructor(config: Config, cacheLimit: number) {
    this.#config = config;
    this.#cacheLimit = cacheLimit;
  }

  async probe(): Promise<BuilderObstacle | undefined> {
    const found = await findPrograms();
    return 'problem' in found ? found : undefined;
  }

  async runDaemon(context: DaemonContext, ready: () => void): Promise<void> {
    const { buildkitd, runtime } = await programsOrThrow();
    const network = await context.network();
    const { socket, configuration } = await configure(context, {
      network,
      runtime,
      registries: registryTables(this.#config),
      cacheLimit: this.#cacheLimit,
    });
    const control = new ControlClient(socket);
    const session = new ContentSession(context.images);
    const lines: string[] = [];
    try {
      const running = context.run({
        args: [buildkitd, '--config', configuration],
        env: { HOME: context.scratch, TMPDIR: context.scratch, XDG_RUNTIME_DIR: context.scratch },
        onLine: (line) => {
          lines.push(line);
          if (lines.length > shownLines) lines.shift();
          context.log.debug('buildkitd', { line });
        },
      });
      const ended = running.then((exitCode) => {
        throw new PouchError(
          'PCH_BUILD_FAILED',
          `buildkitd ended with exit code ${exitCode}: ${lines.join('; ')}`,
        );
      });
      await Promise.race([control.waitUntilReady(startMs), ended]);
      session.start(control);
      this.#daemon = { context, socket, control, session };
      ready();
      await ended;
    } finally {
      if (this.#daemon?.context === context) this.#daemon = undefined;
      session.stop();
      control.close();
    }
  }

  async build(build: ImageBuild, context: BuilderContext): Promise<BuiltImage> {
    const { buildctl } = await programsOrThrow();
    const { socket, control, session, context: own } = this.#running();
    const images = await own.images.list();
    const bases = build.bases.map(({ id, name }) => ({
      id,
      name,
      manifest: images.find((image) => image.id === id)?.manifest ?? '',
    }));
    const rules = bases.flatMap(({ id, manifest }) =>
      session.rulesFor(`docker.io/library/${id}`, 'docker.io/library/sha256', manifest),
    );
    const dockerfile = join(context.scratch, 'Dockerfile');
    const text = withoutSyntax(await readFile(build.dockerfile, 'utf8'), build.buildArgs);
    await writeFile(dockerfile, text, { mode: 0o600 });
    const policy = join(context.scratch, 'policy.json');
    const metadata = join(context.scratch, 'metadata.json');
    await writeFile(policy, policyJson(rules), { mode: 0o600 });
    const output = new PlainOutput(
      (line) => context.print(line),
      new Map(
        bases.flatMap(({ id, name, manifest }) => [
          [id, name],
          [manifest, name],
        ]),
      ),
    );
    const exitCode = await context.run({
      args: [buildctl, ...buildctlArguments({ ...build, dockerfile }, { socket, policy, metadata })],
      env: { HOME: context.scratch, TMPDIR: context.scratch },
      onLine: (line) => output.add(line),
    });
    if (exitCode !== 0) throw output.failure(exitCode);
    const exported = JSON.parse(await readFile(metadata, 'utf8')) as Record<string, unknown>;
    return await builtImage(control, String(exported[digestKey]), { images });
  }

  async solve(build: SessionBuild, context: DaemonContext): Promise<string> {
    const { control } = this.#running();
    const ref = randomBytes(12).toString('hex');
    const request = sessionRequest(build, ref, await this.#policy());
    const { reply, pulled } = await this.#watched(ref, build.trace, () =>
      control.solve(request, build.signal),
    );
    return await this.#take(reply, { ...build, pulled }, context);
  }

  async connect({ kind, headers, stream, signal }: BuilderConnection, context: DaemonContext): Promise<void> {
    const { socket, control } = this.#running();
    if (kind === 'session') {
      const daemon = control.session(headers);
      // A side that leaves ends it: nothing can be done about that.
      await pipeline(stream, daemon, stream, { signal }).catch(() => undefined);
      daemon.destroy();
      return;
    }
    await serveControl(stream, {
      socket,
      signal,
      solve: async (bytes, left) => {
        const { request, ref, names, session } = readSolveRequest(bytes, await this.#policy());
        if (!names) return (await control.solve(request, left)).without([]);
        const { reply, pulled } = await this.#watched(ref, ignore, () => control.solve(request, left));
        const id = await this.#take(reply, { names, session, pulled }, context);
        const exported = { ...reply.map(1), [digestKey]: id, [configKey]: id, 'image.name': names.join(',') };
        return encode(mapFields(1, exported));
      },
    });
  }

  async cache(): Promise<BuildCacheRecord[]> {
    return await this.#running().control.diskUsage();
  }

  async prune({ all, unusedSince, keepBytes = 0 }: BuildPrune): Promise<PrunedCache> {
    const unusedForMs = unusedSince === undefined ? 0 : Math.max(1, Date.now() - unusedSince);
    const removed = await this.#running().control.prune({ all, keepBytes, unusedForMs });
    return { ids: removed.map(({ id }) => id), bytes: removed.reduce((sum, { size }) => sum + size, 0) };
  }

  /** Has Pouch store what was exported. Resolves to its id. */
  async #take(
    reply: Message,
    { names, session, pulled }: Pick<SessionBuild, 'names' | 'session'> & { pulled: ReadonlySet<string> },
    context: DaemonContext,
  ): Promise<string> {
    const { [digestKey]: digest } = reply.map(1);
    if (digest === undefined) throw new PouchError('PCH_BUILD_FAILED', 'BuildKit has built no image');
    const images = await context.images.list();
    const image = await builtImage(this.#running().control, digest, { images, session, pulled });
    await context.store(image, names);
    return image.id;
  }

  async #policy(): Promise<Buffer> {
    const { session, context } = this.#running();
    return policyMessage(session.rules(await context.images.list()));
  }

  /** Does the work of a build, and reads its progress. Resolves to the images that it has pulled, too. */
  async #watched(
    ref: string,
    trace: SessionBuild['trace'],
    solve: () => Promise<Message>,
  ): Promise<{ reply: Message; pulled: Set<string> }> {
    const pulled = new Set<string>();
    const ended = new AbortController();
    const traced = this.#trace(ref, ended.signal, (message) => {
      for (const reference of imagesIn(message)) pulled.add(reference);
      trace(message);
    });
    try {
      const reply = await solve();
      await traced;
      return { reply, pulled };
    } finally {
      ended.abort();
      await traced;
    }
  }

  /** Its errors are those of the build. */
  async #trace(ref: string, ended: AbortSignal, trace: (message: Buffer) => void): Promise<void> {
    try {
      for await (const message of this.#running().control.status(ref, ended)) trace(message);
    } catch {
      // The build has failed, or was cancelled.
    }
  }

  /** Pouch calls nothing else while it does not run. */
  #running(): Daemon {
    if (!this.#daemon) throw new PouchError('PCH_BUILD_FAILED', 'buildkitd has ended');
    return this.#daemon;
  }
}

/** References in the names of steps: `[1/2] FROM docker.io/library/debian@sha256:…` (StatusResponse, Vertex). */
function imagesIn(status: Buffer): string[] {
  return new Message(status).all(1).flatMap((vertex) => {
    const [, reference] =
      /(?: FROM |docker-image:\/\/)(\S+@sha256:[0-9a-f]{64})/.exec(new Message(vertex).text(3)) ?? [];
    return reference === undefined ? [] : [reference];
  });
}
