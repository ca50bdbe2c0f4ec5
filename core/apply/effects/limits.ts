/** New limits of a container that runs: they are on the books only while an update is under way. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { OciResources } from '../../../hooks/oci.ts';
import { type ContainerdClient, ifFound, TaskStatus } from '../../containerd/index.ts';
import { liveLimits, withoutMinusOne } from '../../contract/liveLimits.ts';
import type { DeviceCgroups } from '../deviceCgroups.ts';

export interface LimitsArgs {
  id: string;
  from: OciResources;
  to: OciResources;
  /** Whether devices were added while it runs. */
  hasLiveDevices?: boolean;
}

/** Its undo has the kernel hold what the record says: the old limits, or, once it was saved, the new ones. */
export function limitsEffect(
  client: ContainerdClient,
  devices: DeviceCgroups,
  recordOf: (id: string) => ContainerRecord,
): EffectKind<LimitsArgs & Record<string, unknown>, undefined> {
  return {
    kind: 'limits',
    volatile: true,
    describe: () => 'set its limits by the runtime',
    async apply({ id, from, to, hasLiveDevices }) {
      await setLimits(client, id, liveLimits(from, to));
      if (hasLiveDevices) await devices.renew(recordOf(id));
      return undefined;
    },
    async undo({ id, to, hasLiveDevices }) {
      const record = recordOf(id);
      await setLimits(client, id, liveLimits(to, record.draft.resources));
      if (hasLiveDevices) await devices.renew(record);
    },
  };
}

/** One that has ended meanwhile has no limits to set. */
async function setLimits(client: ContainerdClient, id: string, limits: OciResources): Promise<void> {
  try {
    await client.tasks.update(id, limits).catch(async (error: unknown) => {
      const inNumbers = withoutMinusOne(limits);
      if (!inNumbers) throw error;
      await client.tasks.update(id, inNumbers);
    });
  } catch (error) {
    if (await isAlive(client, id)) throw refused(error, id);
  }
}

async function isAlive(client: ContainerdClient, id: string): Promise<boolean> {
  const task = await ifFound(client.tasks.get(id));
  return task !== undefined && task.status !== TaskStatus.STOPPED;
}

function refused(error: unknown, container: string): unknown {
  if (!(error instanceof PouchError) || !error.code.startsWith('PCH_CONTAINERD_')) return error;
  const said = error.message.replace(/^containerd \S+: /, '').slice(0, 600);
  return new PouchError('PCH_UPDATE_FAILED', `the runtime did not set the new limits: ${said}`, {
    container,
    cause: error,
    hint: 'the container has its old limits; memory cannot be limited below what it holds (see pouch stats)',
  });
}
