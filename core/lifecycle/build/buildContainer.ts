/**
 * The container of a build: it has the network in which RUN works, shows in `pouch ps` that an image is built, and ends
 * the build when it is killed.
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import tar from 'tar-stream';
import type { BuildNetwork } from '../../../hooks/contributions/imageBuilder.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { BuildOptions } from '../../../hooks/engine/builds.ts';
import { hasCode, PouchError } from '../../../hooks/errors.ts';
import { ownImageLabel } from '../../../hooks/image.ts';
import { joinPrefix } from '../../contract/namespaces.ts';
import { etcPaths } from '../../plan/etcFiles.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { create } from '../verbs/create.ts';
import { remove } from '../verbs/remove.ts';
import { start } from '../verbs/start.ts';

/** Label of these containers, with the id of the build. */
export const buildLabel = 'io.pouch.build';

export interface BuildContainer {
  network: BuildNetwork;
  remove(): Promise<void>;
}

/** Resolves when it runs. @param onKilled - is called if it ends before it is removed */
export async function startBuildContainer(
  engine: EngineContext,
  id: string,
  { network: mode, extraHosts }: Pick<BuildOptions, 'network' | 'extraHosts'>,
  onKilled: (error: PouchError) => void,
): Promise<BuildContainer> {
  const image = await pauseImage(engine);
  const record = await create(engine, {
    name: `build-${id}`,
    image,
    labels: { [buildLabel]: id },
    log: { driver: 'none', options: {} },
    ...((mode !== undefined || extraHosts) && {
      network: { mode: mode ?? 'default', ...(extraHosts && { extraHosts: { ...extraHosts } }) },
    }),
  });
  try {
    const removal = new AbortController();
    engine.waiters.next('exit', record.id, removal.signal).then(
      () => onKilled(killed(record)),
      () => undefined,
    );
    await start(engine, record);
    const removeIt = async () => {
      removal.abort();
      await removeBuildContainer(engine, record);
    };
    return { network: networkOf(engine, record), remove: removeIt };
  } catch (error) {
    await removeBuildContainer(engine, record);
    throw error;
  }
}

/** Succeeds if another call removes it. */
export async function removeBuildContainer(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await remove(engine, record, { force: true, volumes: true }).catch((error: unknown) => {
    if (!hasCode(error, 'PCH_CONTAINER_NOT_FOUND')) throw error;
  });
}

function killed({ id, name }: ContainerRecord): PouchError {
  return new PouchError('PCH_CANCELLED', `the container of the build, ${name}, was ended`, { container: id });
}

function networkOf({ config }: EngineContext, { draft }: ContainerRecord): BuildNetwork {
  const resolv = (draft.files[etcPaths.resolvConf]?.content ?? '')
    .split('\n')
    .map((line) => line.split(/\s+/));
  const all = (keyword: string) =>
    resolv.filter(([word]) => word === keyword).flatMap(([, ...rest]) => rest.filter(Boolean));
  const { network = '' } = draft.namespaces;
  const joined = network.startsWith(joinPrefix)
    ? join(config.state, 'netns', network.slice(joinPrefix.length))
    : network;
  const isOff = draft.network.mode === 'none';
  return {
    namespace: isOff ? 'none' : draft.namespaces.network === undefined ? 'host' : joined,
    nameservers: all('nameserver'),
    search: all('search'),
    options: all('options'),
    hosts: draft.extraHosts,
  };
}

/** An image with one program, by whose content it is named. */
async function pauseImage(engine: EngineContext): Promise<string> {
  const program = await readFile(engine.pauseProgram).catch((cause: unknown) => {
    throw new PouchError(
      'PCH_TOOL_MISSING',
      'bin/pouch-pause, the process of a build’s container, was not built',
      {
        hint: 'install gcc, and build Pouch again',
        cause,
      },
    );
  });
  const name = `localhost/pouch-build:${createHash('sha256').update(program).digest('hex').slice(0, 12)}`;
  try {
    return (await engine.images.find(name)).id;
  } catch (error) {
    if (!hasCode(error, 'PCH_IMAGE_NOT_FOUND')) throw error;
  }
  const pack = tar.pack();
  pack.entry({ name: 'pause', mode: 0o755, mtime: new Date(0) }, program);
  pack.finalize();
  const layer = Readable.from(pack as AsyncIterable<Buffer>, { objectMode: false });
  const options = {
    reference: name,
    config: { Entrypoint: ['/pause'], Labels: { [ownImageLabel]: 'build' } },
    comment: 'for containers of builds',
  };
  return (await engine.images.import(layer, options)).image.id;
}
