/** Where a build, or the daemon of a builder, works: its directory, cgroup and signal. */
import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuilderContext, ImageBuilder } from '../../../hooks/contributions/imageBuilder.ts';
import { PouchError } from '../../../hooks/errors.ts';
import { clearCgroup } from '../../apply/effects/cgroup.ts';
import { startDeadline } from '../../wait/deadline.ts';
import { linkedAbort } from '../../wait/linkedAbort.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { buildCgroup, buildDirectory, builderDirectory } from './places.ts';
import { runProgram } from './runProgram.ts';

export interface BuildPlace {
  id: string;
  directory: string;
  signal: AbortSignal;
  /** Ends the work. */
  cancel(reason: unknown): void;
}

export interface PlaceOptions {
  /** Aborts when the client leaves. */
  signal?: AbortSignal | undefined;
  /** Milliseconds. */
  longest: number;
}

/** Whatever ends the work, its processes and files are gone afterwards. */
export async function inBuildPlace<T>(
  engine: EngineContext,
  { signal, longest }: PlaceOptions,
  work: (place: BuildPlace) => Promise<T>,
): Promise<T> {
  const id = randomBytes(6).toString('hex');
  const directory = buildDirectory(engine.config, id);
  const client = linkedAbort(signal, () => new PouchError('PCH_CANCELLED', 'the client has left'));
  const late = () => tooLong(longest);
  const deadline = startDeadline({ ms: longest, late, signal: client.controller.signal });
  const ended = linkedAbort(deadline.signal);
  const onShutdown = () => client.controller.abort(new PouchError('PCH_CANCELLED', 'pouchd ends'));
  engine.shutdown.addEventListener('abort', onShutdown);
  if (engine.shutdown.aborted) onShutdown();
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

function tooLong(longest: number): PouchError {
  return new PouchError('PCH_DEADLINE', `the build did not end within ${longest / 3_600_000} hours`);
}

/** What a builder may use there. */
export async function builderContext(
  engine: EngineContext,
  builder: Pick<ImageBuilder, 'name'>,
  { id, directory, signal }: Omit<BuildPlace, 'cancel'>,
  print: BuilderContext['print'],
): Promise<BuilderContext> {
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
    print,
    run: (command) => runProgram(command, { signal, cwd: scratch }),
  };
}
