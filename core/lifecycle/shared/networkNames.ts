/** What a container and others know it by: its /etc/hosts and /etc/resolv.conf, and its names at the resolver. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import { networkAttachments } from '../../../hooks/networkAttachments.ts';
import { hasNames, isServed, nameEntryOf } from '../../dns/entryOf.ts';
import type { NameEntry } from '../../dns/protocol.ts';
import { withResolver } from '../../dns/resolvConf.ts';
import { etcPaths, hostsFile } from '../../plan/etcFiles.ts';
import { isUp } from '../../state/status.ts';
import { isVm } from '../vm/isVm.ts';
import { isLinkedTo, linkedHosts } from './links.ts';
import type { EngineContext } from './engineContext.ts';

/** To be called when its addresses or names have changed. @throws PCH_DNS_FAILED, PCH_PROCESS_START */
export async function updateNames(engine: EngineContext, record: ContainerRecord): Promise<void> {
  await Promise.all([
    writeOwnName(engine, record),
    writeResolvConf(engine, record),
    publishNames(engine, record),
    updateLinked(engine, record),
  ]);
}

/** Containers that are linked to one that has other addresses now. */
async function updateLinked(engine: EngineContext, target: ContainerRecord): Promise<void> {
  const linked = engine.store.list().filter((record) => isUp(record) && isLinkedTo(record, target));
  await Promise.all(linked.map((record) => writeOwnName(engine, record)));
}

/** Has the resolver know its names, and serve it. */
export async function publishNames(engine: EngineContext, record: ContainerRecord): Promise<void> {
  const entry = await entryOf(engine, record);
  if (entry) await engine.names.set(entry);
  else await engine.names.drop(record.id);
}

/** Of a container that has outlived the last daemon, which may have been killed while it connected the container. */
export async function noteNames(engine: EngineContext, record: ContainerRecord): Promise<void> {
  const entry = await entryOf(engine, record);
  if (entry) engine.names.note(entry);
  if (record.draft.network.request.endpoints === undefined) return;
  await Promise.all([writeOwnName(engine, record), writeResolvConf(engine, record)]);
}

async function entryOf(engine: EngineContext, record: ContainerRecord): Promise<NameEntry | undefined> {
  if (!hasNames(record)) return undefined;
  const named = engine.networks.named();
  return nameEntryOf(record, {
    host: await engine.hostFiles(),
    isVm: isVm(engine, record),
    isInternal: (network) => (Object.hasOwn(named, network) && named[network]?.internal) || false,
  });
}

/**
 * Writes the addresses of a container to its /etc/hosts. They are known only once it is attached; the file is rewritten
 * in place, as it is bind-mounted.
 */
async function writeOwnName(engine: EngineContext, record: ContainerRecord): Promise<void> {
  const networks = networkAttachments(record);
  if (networks.length === 0 || !isFileOfPouch(record, etcPaths.hosts)) return;
  await engine.files.overwrite(
    record.paths.hosts,
    hostsFile(record.draft, await engine.hostFiles(), networks, linkedHosts(engine.store, record)),
  );
}

/** One that has never been in a network with names keeps the file of its create. */
async function writeResolvConf(engine: EngineContext, record: ContainerRecord): Promise<void> {
  const isPlanned = !hasNames(record) && record.draft.network.request.endpoints === undefined;
  if (isPlanned || !isFileOfPouch(record, etcPaths.resolvConf)) return;
  await engine.files.overwrite(record.paths.resolvConf, resolvConfOf(engine, record));
}

/** The file of its plan, or of a container in which names resolve. The resolver is not in a virtual machine. */
export function resolvConfOf(engine: EngineContext, record: ContainerRecord): string {
  const planned = record.draft.files[etcPaths.resolvConf]?.content ?? '';
  return isServed(record) && !isVm(engine, record) ? withResolver(planned) : planned;
}

/** A file on the host that is mounted: those of a rich container are in its root file system. */
function isFileOfPouch({ draft }: ContainerRecord, path: string): boolean {
  const file = draft.files[path];
  return file !== undefined && !file.own && !draft.mounts[path];
}
