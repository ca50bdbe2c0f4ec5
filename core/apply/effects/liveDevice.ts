/** A device that a running container gets. The next start makes it with the others. */
import { rm } from 'node:fs/promises';
import type { DraftDevice } from '../../../hooks/draft.ts';
import { PouchError } from '../../../hooks/errors.ts';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { ownFilePath } from '../../contract/ownFiles.ts';
import type { FileWorkers } from '../../files/index.ts';
import { isAlive, type ProcessIdentity } from '../../supervise/index.ts';
import { rootIds } from '../../userns/ids.ts';
import type { DeviceCgroups } from '../deviceCgroups.ts';
import { makeOwnNode } from './files.ts';
import { explained, type Reasons, unlessEnded } from './liveInside.ts';

export interface LiveDeviceArgs extends Record<string, unknown> {
  /** The init of the run that it belongs to. */
  init: ProcessIdentity;
  target: string;
  device: DraftDevice;
  /** Path of the cgroup whose rules forbid it; null if all devices are allowed. */
  cgroup: string | null;
  /** Access that only this device gives: what is forbidden again at the end. */
  ownAccess: string;
}

export function liveDeviceEffect(
  files: FileWorkers,
  cgroups: DeviceCgroups,
  recordOf: (id: string) => ContainerRecord,
): EffectKind<LiveDeviceArgs, undefined> {
  return {
    kind: 'live-device',
    volatile: true,
    describe: ({ target }) => `add the device ${target} to the running container`,
    async apply({ init, target, device, cgroup }, { container }) {
      const record = recordOf(container);
      const { draft, name, paths } = record;
      const source = ownFilePath(paths.directory, target);
      await makeOwnNode(source, device, draft);
      try {
        if (cgroup !== null) await cgroups.allow(record, device);
        await files.addDeviceInside({ name, init }, { source, target, owner: rootIds(draft) });
      } catch (error) {
        throw refused(error, name, target);
      }
      return undefined;
    },
    /** The container that has ended has neither the cgroup nor the mount. The node is for its next start. */
    async undo({ init, target, device, cgroup, ownAccess }, _result, { container }) {
      const record = recordOf(container);
      const { draft, name, paths } = record;
      const source = ownFilePath(paths.directory, target);
      if (isAlive(init)) {
        if (cgroup !== null) await cgroups.forbid(record, device, { ownAccess });
        await unlessEnded(
          files.removeDeviceInside({ name, init }, { target, sources: [source], numbers: null }),
        );
      }
      if (!draft.devices[target]) await rm(source, { force: true });
    },
  };
}

/** @returns PCH_CONFLICT, PCH_OPTION_INVALID, or the error of a worker */
function refused(error: unknown, name: string, target: string): unknown {
  if (!(error instanceof PouchError) && (error as NodeJS.ErrnoException).code === 'EEXIST')
    return new PouchError('PCH_CONFLICT', `the container ${name} has something on ${target}`, {
      field: 'devices',
      hint: 'choose another path in the container',
    });
  return explained(error, { what: `add the device ${target} to ${name}`, field: 'devices', reasons });
}

/** By the errno: the problem, and what to do. */
const reasons: Reasons = {
  ELOOP: ['the path passes through a symbolic link', 'name the path that the link leads to'],
  ENOTDIR: ['a part of the path is not a directory', 'choose another path in the container'],
  EACCES: ['the container’s root may not create it', 'choose another path in the container'],
  EPERM: ['the cgroup of pouchd does not allow that device', 'allow it where pouchd itself runs'],
};
