import type { ContainerRecord } from '../../../hooks/engine.ts';
import { networkAttachments } from '../../../hooks/networkAttachments.ts';
import { etcPaths, hostsFile } from '../../plan/etcFiles.ts';
import type { EngineContext } from './engineContext.ts';

/**
 * Writes the addresses of a container to its /etc/hosts. They are known only once it is attached; the file is rewritten
 * in place, as it is bind-mounted.
 */
export async function writeOwnName(engine: EngineContext, record: ContainerRecord): Promise<void> {
  const networks = networkAttachments(record);
  const { mounts, files } = record.draft;
  if (networks.length === 0 || mounts[etcPaths.hosts] || files[etcPaths.hosts]?.own) return;
  await engine.files.overwrite(
    record.paths.hosts,
    hostsFile(record.draft, await engine.hostFiles(), networks),
  );
}
