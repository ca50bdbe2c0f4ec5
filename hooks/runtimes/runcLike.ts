import { join } from 'node:path';
import type { ContainerDraft } from '../draft.ts';
import { PouchError } from '../errors.ts';
import { field } from '../fields.ts';
import type { RuntimeProvider } from '../runtime.ts';
import type { RuntimeCapabilities } from '../runtimeFeatures.ts';
import { kept } from '../kept.ts';
import { type Binary, probeRuntime, type Survey } from './probe.ts';

/** A runtime with runc's command line, for `runcLikeProvider`. */
export interface RuncLike {
  name: string;
  aliases?: readonly string[];
  doc: string;
  capabilities: RuntimeCapabilities;
  hybridCgroups?: RuntimeProvider['hybridCgroups'];
  /** Name or absolute path of the executable. */
  binary: string;
  /** The daemon's state folder: each daemon keeps its runtimes' state apart from others'. */
  state: string;
  /** Changes the spec for this runtime, last of all. */
  adaptSpec?: RuntimeProvider['adaptSpec'];
  /** Looks at what this host has for it. */
  survey(found: Binary): Promise<Survey>;
}

/** A runtime with runc's command line, run by containerd's shim io.containerd.runc.v2. */
export function runcLikeProvider(runtime: RuncLike): RuntimeProvider {
  // A runtime that is missing now may be installed later.
  const probe = kept(() => probeRuntime(runtime.binary, (found) => runtime.survey(found)), {
    when: ({ usable }) => usable,
  });
  return {
    name: runtime.name,
    aliases: [...(runtime.aliases ?? [])],
    doc: runtime.doc,
    capabilities: runtime.capabilities,
    ...(runtime.hybridCgroups && { hybridCgroups: true }),
    containerdType: 'io.containerd.runc.v2',
    probe,
    ...(runtime.adaptSpec && { adaptSpec: runtime.adaptSpec }),
    async options({ cgroupsPath, uidMappings, gidMappings }) {
      const { usable, command, problem } = await probe();
      if (!usable) throw notUsable(runtime.name, problem ?? '');
      return {
        binaryName: command,
        root: join(runtime.state, runtime.name),
        // The container’s own, not pouchd.yaml’s: a container created under another driver keeps it.
        ...(uidMappings.length > 0 && { ioUid: rootOf(uidMappings), ioGid: rootOf(gidMappings) }),
        ...(cgroupsPath.endsWith('.scope') && { systemdCgroup: true }),
      };
    },
  };
}

/** The container's root on the host: /dev/stdout is to be opened by it. */
function rootOf(mappings: ContainerDraft['uidMappings']): number {
  return mappings.find(({ containerID }) => containerID === 0)?.hostID ?? 0;
}

/** The error for a runtime that was found but cannot run here. */
export function notUsable(name: string, problem: string): PouchError {
  return new PouchError('PCH_RUNTIME_UNUSABLE', `the runtime ${name} cannot be used: ${problem}`, {
    field: 'runtime',
    hint: `choose another ${field('runtime')}; \`pouch runtime ls\` lists them`,
  });
}
