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
import { ContentSession, policyJson, policyMessage } from './ContentSession.ts';
import { ControlClient } from './ControlClient.ts';
import { findBuildkitd, startBuildkitd, unreachable } from './daemon.ts';
import { writeLogins } from './logins.ts';
import { serveControl } from './serveControl.ts';
import { PlainOutput } from './PlainOutput.ts';
import { findPrograms, programsOrThrow } from './programs.ts';
import { servingUpload } from './serveUpload.ts';
import { readSolveRequest, sessionRequest } from './solveRequest.ts';
import { withoutSyntax } from './syntax.ts';
import { encode, mapFields, Message } from './wire.ts';

/** Milliseconds until buildkitd serves. */
const startMs = 30_000;

const digestKey = 'containerimage.digest';
const configKey = 'containerimage.config.digest';

const ignore = () => undefined;

export interface BuildKitOptions {
  config: Config;
  /** Bytes; 0: BuildKit’s own. */
  cacheLimit: number;
  /** Of a buildkitd that runs already, `unix:///PATH`; missing: Pouch starts one. */
  address: string | undefined;
}

interface Daemon {
  context: DaemonContext;
  socket: string;
  control: ControlClient;
  session: ContentSession;
}

/** buildkitd and buildctl. */
export class BuildKit {
  readonly #options: BuildKitOptions;
  #daemon: Daemon | undefined;

  constructor(options: BuildKitOptions) {
    this.#options = options;
  }

  async probe(): Promise<BuilderObstacle | undefined> {
    const found = await findPrograms(this.#options);
    return 'problem' in found ? found : undefined;
  }

  async runDaemon(context: DaemonContext, ready: () => void): Promise<void> {
    const { address } = this.#options;
    const { socket, ended } = await (address === undefined
      ? startBuildkitd(context, this.#options)
      : findBuildkitd(context, address));
    const control = new ControlClient(socket);
    const session = new ContentSession(context.images);
    const isOver = [ended];
    try {
      await Promise.race([control.waitUntilReady(startMs), ended]);
      const left = session.start(control);
      if (address !== undefined)
        isOver.push(
          left.then(() => {
            throw unreachable(address, 'it has closed its connection');
          }),
        );
      this.#daemon = { context, socket, control, session };
      ready();
      await Promise.race(isOver);
    } finally {
      if (this.#daemon?.context === context) this.#daemon = undefined;
      for (const one of isOver) one.catch(ignore);
      session.stop();
      control.close();
    }
  }

  async build(build: ImageBuild, context: BuilderContext): Promise<BuiltImage> {
    const { buildctl } = await programsOrThrow(this.#options);
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
    await writeLogins(context.scratch, build.auth);
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
    const { upload } = build;
    if (!upload) return await this.#solve(build, context);
    return await servingUpload(upload, (remote) => this.#solve({ ...build, remote }, context));
  }

  async #solve(build: SessionBuild, context: DaemonContext): Promise<string> {
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
