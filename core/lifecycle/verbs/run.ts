import type { Attachment, AttachOptions, ContainerRecord } from '../../../hooks/engine.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import { attach } from './attach.ts';
import { create } from './create.ts';
import type { EngineContext } from '../shared/engineContext.ts';
import { start } from './start.ts';

interface Started {
  record: ContainerRecord;
  /** Undefined if no streams were asked for. */
  attachment: Attachment | undefined;
  started: Promise<void>;
}

/**
 * Create and start as one. What the start needs before its task is applied beside the snapshot, and the client is at
 * the streams before they open.
 */
export async function run(
  engine: EngineContext,
  request: ContainerRequest,
  streams: AttachOptions | undefined,
): Promise<Started> {
  return await engine.generations.use(() => createAndStart(engine, request, streams));
}

async function createAndStart(
  engine: EngineContext,
  request: ContainerRequest,
  streams: AttachOptions | undefined,
): Promise<Started> {
  let attachment: Attachment | undefined;
  const startsNext = async (record: ContainerRecord): Promise<void> => {
    if (streams) attachment = await attach(engine, record, streams);
  };
  try {
    const record = await create(engine, request, { startsNext });
    // It outlasts this call, and keeps the generation that has planned it.
    const started = engine.generations.use(() => start(engine, record));
    started.catch(() => undefined);
    return { record, attachment, started };
  } catch (error) {
    attachment?.detach();
    throw error;
  }
}
