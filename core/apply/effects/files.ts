/** The container's own files, written into its directory, from where they are bind-mounted. */
import { chown, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ContainerDraft } from '../../../hooks/draft.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { EffectKind } from '../../../hooks/effects.ts';
import { hostId } from '../../userns/ids.ts';
import { ownFilePath } from '../../plan/ociSpec.ts';

/** `recordOf` answers the container that is being made or is there; an undo may come when there is none. */
export function filesEffect(
  recordOf: (id: string) => ContainerRecord,
  directoryOf: (id: string) => string,
): EffectKind<Record<string, never>, undefined> {
  return {
    kind: 'files',
    describe: () => 'write /etc/hosts, /etc/hostname, /etc/resolv.conf and the plugins’ files',
    async apply(_args, { container }) {
      const { draft, paths } = recordOf(container);
      await mkdir(join(paths.directory, 'files'), { recursive: true, mode: 0o700 });
      await Promise.all(
        Object.entries(draft.files).map(async ([path, { content, mode }]) => {
          const file = ownFilePath(paths.directory, path);
          await writeFile(file, content, { mode, flush: false });
          if (draft.uidMappings.length > 0) await giveToRoot(file, draft);
        }),
      );
      return undefined;
    },
    async undo(_args, _result, { container }) {
      await rm(join(directoryOf(container), 'files'), { recursive: true, force: true });
    },
  };
}

/** The container's own root, or its processes could not write them. */
async function giveToRoot(file: string, { uidMappings, gidMappings }: ContainerDraft): Promise<void> {
  await chown(file, hostId(0, uidMappings) ?? 0, hostId(0, gidMappings) ?? 0);
}
