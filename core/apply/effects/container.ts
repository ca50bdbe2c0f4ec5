/** The container object in containerd: what its shim and garbage collector know of it. */
import type { ContainerRecord } from '../../../hooks/engine.ts';
import type { EffectKind } from '../../../hooks/effectKind.ts';
import { hasCode, PouchError } from '../../../hooks/errors.ts';
import type { OciSpec } from '../../../hooks/oci.ts';
import type { RuntimeProvider } from '../../../hooks/runtime.ts';
import { type ContainerdClient, ifFound } from '../../containerd/index.ts';
import { packOptions } from '../../containerd/api/runtimeOptions.ts';
import type { Idmapped } from './idmap.ts';
import { joinPrefix } from '../../contract/namespaces.ts';
import { storedSpecOf } from '../../state/planFiles.ts';

export interface ContainerEffectDeps {
  client: ContainerdClient;
  recordOf(id: string): ContainerRecord;
  runtimeOf(name: string): RuntimeProvider;
  /** Variables of the containers that it is linked to. */
  linkedEnv(record: ContainerRecord): Record<string, string>;
}

export function containerEffect(
  deps: ContainerEffectDeps,
): EffectKind<{ id: string; runtime: string }, undefined> {
  return {
    kind: 'container',
    describe: ({ runtime }) => `create the container in containerd (${runtime})`,
    async check(_args, { draft }) {
      for (const path of Object.values(draft.namespaces)) if (path) void joinedPid(path, deps);
      await deps.runtimeOf(draft.runtime).options(draft);
    },
    async apply({ id, runtime }, { resultOf }) {
      const record = deps.recordOf(id);
      const stored = withLinks(await storedSpecOf(record), deps.linkedEnv(record));
      const spec = joinNamespaces(mapSources(stored, resultOf('idmap')), deps);
      const options = packOptions(await deps.runtimeOf(record.draft.runtime).options(record.draft));
      const labels = { 'io.pouch.name': record.name };
      const container = {
        id,
        labels,
        image: record.draft.image.reference,
        runtime: { name: runtime, options },
        spec,
      };
      await deps.client.containers.create(container).catch(async (error: unknown) => {
        if (!hasCode(error, 'PCH_CONTAINERD_ALREADY_EXISTS')) throw error;
        await deps.client.containers.delete(id);
        await deps.client.containers.create(container);
      });
      return undefined;
    },
    async undo({ id }) {
      await ifFound(deps.client.containers.delete(id));
    },
  };
}

/** The container's own variables take the place of these. */
function withLinks(spec: OciSpec, linked: Record<string, string>): OciSpec {
  const own = new Set(spec.process.env.map((line) => line.split('=', 1)[0]));
  const added = Object.entries(linked).filter(([name]) => !own.has(name));
  spec.process.env.push(...added.map(([name, value]) => `${name}=${value}`));
  return spec;
}

/** Mounts with the container's ids are made anew at each start. */
function mapSources(spec: OciSpec, idmapped: unknown): OciSpec {
  const { sources = {} } = (idmapped ?? {}) as Partial<Idmapped>;
  for (const mount of spec.mounts) mount.source = sources[mount.destination] ?? mount.source;
  return spec;
}

const procNames: Record<string, string> = { network: 'net', mount: 'mnt' };

/** Another container's namespaces are those of its process now. @throws PCH_CONTAINER_NOT_RUNNING */
function joinNamespaces(spec: OciSpec, deps: ContainerEffectDeps): OciSpec {
  for (const namespace of spec.linux.namespaces) {
    const pid = joinedPid(namespace.path, deps);
    if (pid !== undefined) namespace.path = `/proc/${pid}/ns/${procNames[namespace.type] ?? namespace.type}`;
  }
  return spec;
}

/** The process of the container that a namespace is joined of; undefined for other namespaces. */
function joinedPid(path: string | undefined, deps: ContainerEffectDeps): number | undefined {
  if (!path?.startsWith(joinPrefix)) return undefined;
  return runningPid(deps.recordOf(path.slice(joinPrefix.length)));
}

function runningPid({ name, state }: ContainerRecord): number {
  if (state.status === 'running') return state.pid;
  throw new PouchError('PCH_CONTAINER_NOT_RUNNING', `cannot join a namespace of ${name}: it is not running`, {
    hint: `start it first: pouch start ${name}`,
  });
}
