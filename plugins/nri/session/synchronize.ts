/** Passes the containers that exist to a plugin. */
import { type ContainerRecord, PouchError } from '../../../hooks/index.ts';
import { subjectOfRecord } from '../convert/containerOf.ts';
import { type ContainerUpdate, type DeepPartial, SynchronizeRequest } from '../gen/nri.ts';
import { methods } from '../methods.ts';
import type { TtrpcClient } from '../wire/TtrpcClient.ts';
import { longestMessage } from '../wire/ttrpcFrame.ts';
import { callMethod } from './NriPlugin.ts';

/** Bytes of containers in one message: the rest of it is a few numbers. Plugins before NRI 0.7 take only one. */
const mostBytes = longestMessage - 4096;

/**
 * Sends all containers, in several messages if they do not fit into one. Returns the updates that the plugin asks for.
 * @throws PCH_NRI_REFUSED if the plugin takes only one message, or what the call throws
 */
export async function synchronize(
  client: TtrpcClient,
  records: readonly ContainerRecord[],
  timeoutMs: number,
): Promise<ContainerUpdate[]> {
  const parts = inMessages(records);
  for (const [index, part] of parts.entries()) {
    const more = index < parts.length - 1;
    const limits = { signal: AbortSignal.timeout(timeoutMs), timeoutMs };
    const response = await callMethod(client, methods.synchronize, { ...part, more }, limits);
    if (!more) return response.update;
    if (!response.more) throw takesOneOnly(records.length);
  }
  return [];
}

type Part = Required<Pick<DeepPartial<SynchronizeRequest>, 'pods' | 'containers'>>;

function inMessages(records: readonly ContainerRecord[]): Part[] {
  const parts: Part[] = [{ pods: [], containers: [] }];
  let bytes = 0;
  for (const record of records) {
    const { pod, container } = subjectOfRecord(record);
    const size = sizeOf({ pods: [pod], containers: [container] });
    if (bytes > 0 && bytes + size > mostBytes) {
      parts.push({ pods: [], containers: [] });
      bytes = 0;
    }
    bytes += size;
    parts.at(-1)!.pods.push(pod);
    parts.at(-1)!.containers.push(container);
  }
  return parts;
}

function sizeOf(part: Part): number {
  return SynchronizeRequest.encode(SynchronizeRequest.fromPartial(part)).finish().length;
}

function takesOneOnly(count: number): PouchError {
  return new PouchError(
    'PCH_NRI_REFUSED',
    `expected a plugin that takes ${count} containers in several messages, found one that takes a single message`,
    { hint: 'build the plugin with NRI 0.7 or later' },
  );
}
