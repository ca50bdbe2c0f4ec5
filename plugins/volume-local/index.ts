import { Type } from '@sinclair/typebox';
import { definePlugin, type VolumeEffects } from '../../hooks/index.ts';
import { mountOf } from './mountOf.ts';

const options = Type.Object({
  type: Type.Optional(
    Type.String({ description: 'File system: tmpfs, nfs, nfs4 or cifs; none with o=bind.' }),
  ),
  device: Type.Optional(
    Type.String({
      description: 'What is mounted: `:/export`, `//server/share`; with o=bind a directory of the host.',
    }),
  ),
  o: Type.Optional(
    Type.String({
      description:
        'Options of the mount, with commas: `addr=10.0.0.1,ro`; `bind` mounts a directory of the host.',
    }),
  ),
});

/** Volume driver `local`: directories of the host, or what Docker's options `type`, `device` and `o` mount there. */
export default definePlugin({
  name: 'volume-local',
  version: '0.1.0',
  doc: 'Volume driver local: a directory of the host, or a tmpfs, NFS or CIFS file system, or another directory.',
  contributes: ['volumeDriver'],
  setup({ volumeDriver }) {
    volumeDriver({
      name: 'local',
      doc: 'A directory of the host, or a file system that Docker’s options type, device and o describe.',
      options,
      effects({ options: given, mountpoint: target }): VolumeEffects {
        const mount = mountOf(given);
        return mount ? { mount: { kind: 'host.mount', args: { ...mount, target } } } : {};
      },
    });
  },
});
