/** Files in a container's own root file system: written when the runtime has created it, before its init runs. */
import type { ContainerDraft, DraftFile } from '../../../hooks/draft.ts';
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { networkAttachments } from '../../../hooks/networkAttachments.ts';
import type { FileOwner } from '../../files/index.ts';
import type { OwnFile } from '../../files/protocol.ts';
import { etcPaths, hostsFile } from '../../plan/etcFiles.ts';
import { isHostname } from '../../plan/request/hostname.ts';
import { rootIds } from '../../userns/ids.ts';
import { resolvConfOf } from '../shared/networkNames.ts';
import { linkedHosts } from '../shared/links.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/** /etc/hostname has one name. */
const maxBytes = 4096;

export async function writeOwnFiles(
  engine: EngineContext,
  record: ContainerRecord,
  owner: FileOwner,
): Promise<void> {
  const { draft } = record;
  const own = ownFilesOf(draft);
  if (own.length === 0) return;
  const first = record.state.startedAt === '';
  const hostname = first ? draft.hostname : await keptHostname(engine, owner, draft);
  await write(engine, record, owner, { own, first, hostname });
  if (hostname !== draft.hostname) await engine.files.setHostname(owner, hostname);
}

/** Writes the files that follow the networks of a container, while it runs. */
export async function rewriteNetworkFiles(
  engine: EngineContext,
  record: ContainerRecord,
  owner: FileOwner,
): Promise<void> {
  const { draft } = record;
  const files: readonly string[] = [etcPaths.hosts, etcPaths.resolvConf];
  const own = ownFilesOf(draft).filter(([path]) => files.includes(path));
  if (own.length === 0) return;
  await write(engine, record, owner, {
    own,
    first: false,
    hostname: await keptHostname(engine, owner, draft),
  });
}

function ownFilesOf({ files, mounts }: ContainerDraft): [path: string, file: DraftFile][] {
  return Object.entries(files).filter(([path, { own }]) => own && !mounts[path]);
}

async function write(
  engine: EngineContext,
  record: ContainerRecord,
  owner: FileOwner,
  { own, first, hostname }: { own: [path: string, file: DraftFile][]; first: boolean; hostname: string },
): Promise<void> {
  const problems = await engine.files.writeInside(owner, {
    files: await Promise.all(own.map(([path, file]) => contentOf(engine, record, { path, file, hostname }))),
    first,
    owner: rootIds(record.draft),
  });
  for (const problem of problems)
    engine.log.warn(`a file of the container stays as it is: ${problem}`, { container: record.id });
}

/** The name that the container has given itself: that of its last life. */
async function keptHostname(engine: EngineContext, owner: FileOwner, draft: ContainerDraft): Promise<string> {
  if (draft.namespaces.uts !== '' || !draft.files[etcPaths.hostname]?.own) return draft.hostname;
  const [found] = await engine.files.readContainer(owner, [etcPaths.hostname], maxBytes);
  const lines = found && 'text' in found ? found.text.split('\n').map((line) => line.trim()) : [];
  const name = lines.find((line) => line !== '' && !line.startsWith('#'));
  return name !== undefined && isHostname(name) ? name : draft.hostname;
}

async function contentOf(
  engine: EngineContext,
  record: ContainerRecord,
  { path, file, hostname }: { path: string; file: DraftFile; hostname: string },
): Promise<OwnFile> {
  const { content, mode, own = 'once' } = file;
  if (path === etcPaths.resolvConf) return { path, content: resolvConfOf(engine, record), mode, own };
  if (path !== etcPaths.hosts) return { path, content, mode, own };
  const lines = hostsFile(
    { ...record.draft, hostname },
    await engine.hostFiles(),
    networkAttachments(record),
    linkedHosts(engine.store, record),
  );
  return { path, content: lines, mode, own };
}
