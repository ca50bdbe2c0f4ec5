import type { ContainerDraft } from '../draft.ts';
import { kept } from '../kept.ts';
import type { RuntimeProvider, RuntimeState } from '../runtime.ts';
import type { RuntimeCapabilities } from '../runtimeFeatures.ts';
import { findBinary } from './findBinary.ts';
import { notUsable } from './runcLike.ts';
import { shimExecutable } from './shimExecutable.ts';

/** A runtime with a shim of its own that takes containerd's generic options, for `shimLikeProvider`. */
export interface ShimLike {
  name: string;
  aliases?: readonly string[];
  doc: string;
  capabilities: RuntimeCapabilities;
  isolation?: RuntimeProvider['isolation'];
  /** containerd's runtime type. */
  shim: string;
  typeUrl?: string | undefined;
  /** Its configuration file for a container. */
  configOf(draft: ContainerDraft): Promise<string | undefined>;
}

/** A runtime with a shim that containerd finds by its type. */
export function shimLikeProvider(runtime: ShimLike): RuntimeProvider {
  const { name, shim, typeUrl } = runtime;
  const probe = kept(() => probeShim(shim), { when: ({ usable }) => usable });
  return {
    name,
    aliases: [...(runtime.aliases ?? [])],
    doc: runtime.doc,
    containerdType: shim,
    capabilities: runtime.capabilities,
    ...(runtime.isolation && { isolation: runtime.isolation }),
    probe,
    async options(draft) {
      const { usable, problem } = await probe();
      if (!usable) throw notUsable(name, problem ?? '');
      const configPath = await runtime.configOf(draft);
      return {
        message: 'runtimeoptions.v1.Options',
        ...(typeUrl !== undefined && { typeUrl }),
        ...(configPath !== undefined && { configPath }),
      };
    },
  };
}

async function probeShim(type: string): Promise<RuntimeState> {
  const executable = shimExecutable(type);
  const path = await findBinary(executable);
  if (path !== undefined) return { usable: true, path, version: '' };
  return { usable: false, path: '', version: '', problem: `${executable} not found in containerd's PATH` };
}
