import { join } from 'node:path';
import { definePlugin, Type, type VolumeEffects } from '../../hooks/index.ts';
import { DockerVolumes } from './DockerVolumes.ts';
import { effectKind, mountEffect } from './mountEffect.ts';

const options = Type.Object(
  {
    drivers: Type.Record(
      Type.String({ pattern: '^[a-z0-9][a-z0-9_.-]{0,62}$' }),
      Type.Union([
        Type.Null({
          description:
            'The socket `/run/docker/plugins/NAME.sock`, or that of `NAME.spec` in `/etc/docker/plugins`.',
        }),
        Type.String({ pattern: '^unix:///', description: 'Address of the plugin: `unix:///PATH`.' }),
      ]),
      { default: {}, description: 'Volume drivers by name.' },
    ),
  },
  { additionalProperties: false },
);

/** Any, as its plugin takes them. */
const driverOptions = Type.Object({}, { additionalProperties: Type.String() });

/** Volume drivers of Docker's volume plugins, which speak HTTP over a Unix socket. */
export default definePlugin({
  name: 'volume-docker',
  version: '0.1.0',
  doc: 'Volume drivers by Docker’s volume plugins. It has none until `drivers` names one.',
  options,
  contributes: ['volumeDriver', 'effect'],
  setup({ options: { drivers }, host, log, effect, volumeDriver }) {
    const plugins = new Map(
      Object.entries(drivers).map(([name, address]) => [name, new DockerVolumes(name, address ?? name, log)]),
    );
    const pluginOf = (driver: string) => plugins.get(driver) ?? new DockerVolumes(driver, driver, log);
    effect(mountEffect(join(host.state, 'docker-volumes'), pluginOf));
    for (const [name, plugin] of plugins)
      volumeDriver({
        name,
        doc: `Docker’s volume plugin ${name}.`,
        options: driverOptions,
        check: () => plugin.checkSocket(),
        create: ({ name: volume, options: given }) => plugin.create(volume, given),
        remove: ({ name: volume }) => plugin.remove(volume),
        status: ({ name: volume }) => plugin.status(volume),
        effects: ({ name: volume, mountpoint: target }): VolumeEffects => ({
          mount: { kind: effectKind, args: { driver: name, volume, target } },
        }),
      });
  },
});
