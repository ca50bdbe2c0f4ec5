import type { ContainerRecord, Containers } from '../../hooks/engine.ts';
import { ifFound } from '../containerd/index.ts';
import { rootKeyOf } from '../contract/rootKey.ts';
import { chosenProfiles, withProfiles } from '../plan/profiles/chosenProfiles.ts';
import { completedRequest } from '../plan/profiles/completedRequest.ts';
import { attach } from './verbs/attach.ts';
import { commit } from './commit/commit.ts';
import { changes } from './copy/changes.ts';
import { exportRoot, readArchive, sendArchive, statPath, writeArchive } from './copy/copyVerbs.ts';
import { addMount } from './mounts/addMount.ts';
import { addDevice } from './devices/addDevice.ts';
import { removeDevice } from './devices/removeDevice.ts';
import { addPort } from './ports/addPort.ts';
import { removePort } from './ports/removePort.ts';
import { removeMount } from './mounts/removeMount.ts';
import { openConsole, resizeConsole } from './verbs/console.ts';
import { connect } from './verbs/connect.ts';
import { create } from './verbs/create.ts';
import { removeDamaged } from './damaged/remove.ts';
import { killDamaged, stopDamaged } from './damaged/stop.ts';
import type { EngineContext } from './shared/engineContext.ts';
import { dropEffect, effects } from './verbs/effects.ts';
import { explainEffect } from './verbs/explainEffect.ts';
import { explain, shownPlan } from './verbs/explain.ts';
import { kill } from './verbs/kill.ts';
import { notRunning } from './task/refusals.ts';
import { listContainers } from './verbs/list.ts';
import { logs } from './verbs/logs.ts';
import { onTask } from './task/onTask.ts';
import { pause, unpause } from './verbs/pause.ts';
import { outdated } from './reconcile/outdated.ts';
import { plan } from './verbs/plan.ts';
import { planBasis } from './reconcile/planBasis.ts';
import { poweroff, reboot } from './verbs/power.ts';
import { prune } from './verbs/prune.ts';
import { reconcile } from './verbs/reconcile.ts';
import { record } from './verbs/record.ts';
import { remount } from './verbs/remount.ts';
import { remove } from './verbs/remove.ts';
import { rename } from './verbs/rename.ts';
import { restart } from './verbs/restart.ts';
import { run } from './verbs/run.ts';
import { start } from './verbs/start.ts';
import { controlService, services } from './services/services.ts';
import { stats } from './stats/stats.ts';
import { stop } from './verbs/stop.ts';
import { processesOf } from './verbs/top.ts';
import { forget, rollback } from './upgrade/rollback.ts';
import { upgrade } from './upgrade/upgrade.ts';
import { update } from './verbs/update.ts';
import { wait } from './verbs/wait.ts';

/** The verbs by the reference of a container: each finds its record and calls the function of its name in verbs/. */
export function containerVerbs(engine: EngineContext): Containers {
  const { store } = engine;
  const find = (ref: string) => store.find(ref);
  return {
    plan: (request, options) => plan(engine, request, options),
    complete: (request, { profiles } = {}) => {
      const all = withProfiles(engine.generations.current, profiles).profiles;
      const chosen = chosenProfiles(request.profiles ?? [], all);
      return completedRequest(
        request,
        chosen.map(({ profile }) => profile),
      );
    },
    create: async (request, options) => {
      const { id, warnings } = await create(engine, request, options);
      return { id, warnings };
    },
    run: async (request, streams) => {
      const { record, attachment, started } = await run(engine, request, streams);
      return { id: record.id, warnings: record.warnings, attachment, started };
    },
    start: async (ref, options) => await start(engine, find(ref), options),
    restart: async (ref, options = {}) => await restart(engine, find(ref), options),
    reboot: async (ref, options = {}) => await reboot(engine, find(ref), options),
    poweroff: async (ref, options = {}) => await poweroff(engine, find(ref), options),
    ...endingVerbs(engine),
    rename: async (ref, name) => await rename(engine, find(ref), name),
    update: async (ref, request) => await update(engine, find(ref), request),
    reconcile: async (ref, options = {}) => await reconcile(engine, find(ref), options),
    outdated: async (ref) => await outdated(engine, find(ref)),
    planBasis: () => planBasis(engine),
    addMount: async (ref, volume) => await addMount(engine, find(ref), volume),
    removeMount: async (ref, destination, options = {}) =>
      await removeMount(engine, find(ref), destination, options),
    addDevice: async (ref, device) => await addDevice(engine, find(ref), device),
    removeDevice: async (ref, path) => await removeDevice(engine, find(ref), path),
    addPort: async (ref, port) => await addPort(engine, find(ref), port),
    removePort: async (ref, port) => await removePort(engine, find(ref), port),
    upgrade: async (ref, options) => await upgrade(engine, find(ref), options),
    rollback: async (ref) => await rollback(engine, find(ref)),
    forgetRollback: async (ref) => await forget(engine, find(ref)),
    commit: async (ref, options = {}) => await commit(engine, find(ref), options),
    pause: async (ref) => await pause(engine, find(ref)),
    unpause: async (ref) => await unpause(engine, find(ref)),
    wait: async (ref, condition, signal) => await wait(engine, find(ref), condition, signal),
    list: (filter) => listContainers(store, filter),
    inspect: (ref) => withDelivery(engine, store.findAny(ref)),
    statPath: async (ref, path, signal) => await statPath(engine, find(ref), path, signal),
    readArchive: async (ref, path, signal) => await readArchive(engine, find(ref), path, signal),
    sendArchive: async (ref, path, to, signal) => await sendArchive(engine, find(ref), path, to, signal),
    writeArchive: async (ref, tar, options, signal) =>
      await writeArchive(engine, find(ref), tar, options, signal),
    changes: async (ref) => await changes(engine, find(ref)),
    export: async (ref, signal) => await exportRoot(engine, find(ref), signal),
    usage: async (ref) => await usage(engine, store.findAny(ref)),
    storedPlan: async (ref) => await shownPlan(engine, find(ref)),
    explain: async (ref, field) => await explain(engine, find(ref), field),
    record: async (ref) => await record(engine, find(ref)),
    timeline: async (ref) => await engine.timeline.of(find(ref), engine.operations),
    effects: async (ref) => await effects(engine, find(ref)),
    explainEffect: (ref, key) => explainEffect(engine, find(ref), key),
    remount: async (ref) => await remount(engine, find(ref)),
    dropEffect: async (ref, key) => await dropEffect(engine, find(ref), key),
    attach: async (ref, options) => await attach(engine, find(ref), options),
    console: async (ref) => await openConsole(engine, find(ref)),
    resizeConsole: async (ref, size) => await resizeConsole(engine, find(ref), size),
    connect: async (ref, target) => await connect(engine, find(ref), target),
    logs: (ref, query, signal) => logs(engine, find(ref), query, signal),
    services: async (ref, name) => await services(engine, find(ref), name),
    controlService: async (ref, name, action, signal) =>
      await controlService(engine, find(ref), { name, action }, signal),
    resize: async (ref, size) => await resize(engine, find(ref), size),
    top: async (ref) => await processesOf(engine, find(ref)),
    stats: (ref, options, signal) => stats(engine, find(ref), options, signal),
    prune: async (filter) => await prune(engine, filter),
  };
}

/** A copy, with what is not stored. */
function withDelivery({ deliveries }: EngineContext, found: ContainerRecord): ContainerRecord {
  const logDelivery = found.damage ? undefined : deliveries.stateOf(found);
  return logDelivery ? { ...found, logDelivery } : found;
}

/** The verbs that a damaged container has too. */
function endingVerbs(engine: EngineContext): Pick<Containers, 'stop' | 'kill' | 'remove'> {
  const { store } = engine;
  return {
    stop: async (ref, options = {}) => {
      const record = store.findAny(ref);
      return await (record.damage ? stopDamaged : stop)(engine, record, options);
    },
    kill: async (ref, signal) => {
      const record = store.findAny(ref);
      await (record.damage ? killDamaged : kill)(engine, record, signal);
    },
    remove: async (ref, options = {}) => {
      const record = store.findAny(ref);
      await (record.damage ? removeDamaged : remove)(engine, record, options);
    },
  };
}

/** Bytes of a container's writable layer, and of that and its image. */
async function usage(
  { client, disks, images }: EngineContext,
  { draft }: ContainerRecord,
): Promise<{ writable: number; total: number }> {
  const key = rootKeyOf({ draft });
  // It may be detached, and then its snapshot is empty.
  const onDisk = draft.diskQuota === undefined ? undefined : await disks.usage(key);
  const writable = onDisk ?? (await ifFound(client.snapshots.usage(key)))?.size ?? 0;
  const image = await images.get(draft.image.id).catch(() => undefined);
  return { writable, total: writable + (image?.size ?? 0) };
}

async function resize(
  engine: EngineContext,
  record: ContainerRecord,
  size: { height: number; width: number },
): Promise<void> {
  if (record.state.status !== 'running') throw notRunning(record);
  await onTask(engine, record, () => engine.client.tasks.resizePty(record.id, '', size));
}
