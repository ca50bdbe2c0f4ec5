/** Daemons of builders: each runs while it is used, and for a while after. */
import { AsyncLocalStorage } from 'node:async_hooks';
import type { DaemonContext, ImageBuilder } from '../../../hooks/contributions/imageBuilder.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { normalizeReference } from '../../images/index.ts';
import { Deferred } from '../../wait/Deferred.ts';
import { withDeadline } from '../../wait/deadline.ts';
import { onAbort } from '../../wait/onAbort.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { type BuildContainer, startBuildContainer } from './buildContainer.ts';
import { builderContext, type BuildPlace, inBuildPlace } from './buildPlace.ts';
import { hostImages } from './hostImages.ts';
import { storeBuilt } from './storeBuilt.ts';

/** Milliseconds without a user, after which a daemon ends. */
const idleMs = 60_000;
/** Milliseconds until it can be used. */
const startMs = 60_000;

interface Running {
  users: number;
  ready: Promise<DaemonContext>;
  end(reason: unknown): void;
  idle?: NodeJS.Timeout;
}

export class BuilderDaemons {
  readonly #engine: EngineContext;
  readonly #running = new Map<ImageBuilder, Running>();
  /** A daemon is not a part of the call that was the first to need it, and does not end with its client. */
  readonly #outside = AsyncLocalStorage.snapshot() as <T>(run: () => T) => T;
  /** Daemons that end share a directory with the next one. */
  readonly #ended = new Map<string, Promise<void>>();

  constructor(engine: EngineContext) {
    this.#engine = engine;
  }

  /** Does the work while the daemon runs. @throws PCH_CANCELLED if it ends meanwhile */
  async use<T>(builder: ImageBuilder, work: (context: DaemonContext) => Promise<T>): Promise<T> {
    const running = this.#running.get(builder) ?? this.#outside(() => this.#start(builder));
    running.users += 1;
    clearTimeout(running.idle);
    try {
      const context = await running.ready;
      const ended = new Deferred<never>();
      const unlink = onAbort(context.signal, () => ended.reject(context.signal.reason));
      ended.promise.catch(() => undefined);
      try {
        return await Promise.race([work(context), ended.promise]);
      } finally {
        unlink();
      }
    } finally {
      running.users -= 1;
      if (running.users === 0) {
        const end = () => running.end(new PouchError('PCH_CANCELLED', `${builder.name} was not used`));
        running.idle = setTimeout(end, idleMs).unref();
      }
    }
  }

  #start(builder: ImageBuilder): Running {
    const place = new Deferred<BuildPlace>();
    const ready = new Deferred<DaemonContext>();
    const before = this.#ended.get(builder.name) ?? Promise.resolve();
    const running: Running = {
      users: 0,
      ready: withDeadline({ ms: startMs, late: () => tooSlow(builder) }, () => ready.promise),
      end: (reason) => void place.promise.then(({ cancel }) => cancel(reason)),
    };
    running.ready.catch((error: unknown) => running.end(error));
    const forget = () => {
      clearTimeout(running.idle);
      if (this.#running.get(builder) === running) this.#running.delete(builder);
    };
    const ended = before
      .then(() =>
        inBuildPlace(this.#engine, { longest: Infinity }, async (one) => {
          place.resolve(one);
          onAbort(one.signal, forget);
          await this.#run(builder, one, (context) => ready.resolve(context));
        }),
      )
      .catch((error: unknown) => {
        ready.reject(error);
        if (!(error instanceof PouchError && error.code === 'PCH_CANCELLED'))
          this.#engine.log.warn(`the daemon of the builder ${builder.name} has failed`, {
            error: (error as Error).message,
          });
      })
      .finally(forget);
    this.#running.set(builder, running);
    this.#ended.set(builder.name, ended);
    return running;
  }

  async #run(builder: ImageBuilder, place: BuildPlace, ready: (context: DaemonContext) => void) {
    const engine = this.#engine;
    let container: Promise<BuildContainer> | undefined;
    const network = async () => {
      container ??= startBuildContainer(engine, place.id, {}, place.cancel);
      return (await container).network;
    };
    try {
      const context: DaemonContext = {
        ...(await builderContext(engine, builder, place, () => Promise.resolve())),
        network,
        images: hostImages(engine),
        store: (image, names) =>
          storeBuilt(
            engine,
            image,
            names.map((name) => normalizeReference(name, engine.config.registries.defaultRegistry)),
          ),
      };
      await builder.runDaemon?.(context, () => ready(context));
      place.cancel(new PouchError('PCH_BUILD_FAILED', `the daemon of the builder ${builder.name} has ended`));
      place.signal.throwIfAborted();
    } catch (error) {
      // Users that wait for it, and the next one, must notice.
      place.cancel(error);
      throw error;
    } finally {
      await (await container?.catch(() => undefined))?.remove();
    }
  }
}

function tooSlow({ name }: ImageBuilder): PouchError {
  return new PouchError('PCH_DEADLINE', `the daemon of the builder ${name} did not start`, {
    hint: 'see the log of pouchd',
  });
}
