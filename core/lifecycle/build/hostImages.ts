import type { DaemonContext } from '../../../hooks/contributions/imageBuilder.ts';
import { ifFound } from '../../containerd/rpc/gone.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/** The images of this host, for a builder that finds its bases by itself. It can read no other content. */
export function hostImages({ images, client }: EngineContext): DaemonContext['images'] {
  const all = async () => (await images.list()).filter(({ damage }) => damage === undefined);
  const isOfImage = async (digest: string) =>
    (await all()).some(
      ({ id, manifest, layers }) =>
        id === digest || manifest.digest === digest || layers.some((layer) => layer.digest === digest),
    );
  return {
    list: async () =>
      (await all()).map(({ id, references, manifest, config }) => ({
        id,
        names: references,
        manifest: manifest.digest,
        diffIds: config.rootfs.diff_ids,
      })),
    size: async (digest) => {
      if (!(await isOfImage(digest))) return undefined;
      const info = await ifFound(client.content.info(digest));
      return info && Number(info.size);
    },
    read: (digest, offset, size) => client.content.read(digest, { offset, size }),
  };
}
