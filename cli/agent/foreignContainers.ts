import { type AgentForeign, Client, type ContainerInspect } from '../../client/index.ts';

/** Returns containers of dockerd or podman, with the images, networks and volumes that they use. */
export async function foreignContainers(host: string, names: readonly string[]): Promise<AgentForeign> {
  const client = new Client({ host });
  try {
    const containers = await all(names, (name) => client.containers.inspect(name));
    const images = await all(
      namesOf(containers, ({ Image }) => [Image]),
      async (id) => {
        const { Config } = await client.images.inspect(id);
        return [id, Config ?? {}] as const;
      },
    );
    const networks = await all(namesOf(containers, networksOf), (name) => client.networks.inspect(name));
    const volumes = await all(namesOf(containers, volumesOf), (name) => client.volumes.inspect(name));
    return {
      Containers: containers as unknown as AgentForeign['Containers'],
      Images: Object.fromEntries(images),
      Networks: networks,
      Volumes: volumes,
    };
  } finally {
    client.close();
  }
}

function all<Value>(names: readonly string[], get: (name: string) => Promise<Value>): Promise<Value[]> {
  return Promise.all(names.map(get));
}

function namesOf(
  containers: readonly ContainerInspect[],
  of: (container: ContainerInspect) => readonly string[],
): string[] {
  return [...new Set(containers.flatMap(of))];
}

/** Every daemon has them, or has none. */
const predefined = ['bridge', 'host', 'none', 'podman'];

function networksOf({ NetworkSettings }: ContainerInspect): string[] {
  return Object.keys(NetworkSettings.Networks ?? {}).filter((name) => !predefined.includes(name));
}

function volumesOf({ Mounts }: ContainerInspect): string[] {
  return Mounts.flatMap(({ Type, Name }) => (Type === 'volume' && Name ? [Name] : []));
}
