/** Declarations of containers of dockerd or podman. */
import { isIP } from 'node:net';
import type { AgentDeclaration, AgentDeclarations, AgentForeign } from '../../../client/wire.ts';
import { type ContainerRequest, toPouchError } from '../../../hooks/index.ts';
import { inNamesOf } from '../../../translate/names/inNamesOf.ts';
import { withoutDashes } from '../../../translate/words/withoutDashes.ts';
import { type DeclarationOptions, declarationOf } from './declarationOf.ts';
import { dockerRequest } from './dockerRequest.ts';
import type { Inspected } from './inspected.ts';
import { isOfPodman } from './podmanForm.ts';
import { networkDeclaration, networksOf, volumeDeclaration, volumesOf } from './usedObjects.ts';

const noImage =
  'its image is not known here: remove what the image has anyway, such as variables and the command';

const unreported =
  'Podman reports no fixed addresses, annotations and options of the log: add those that it has';

const sameSubnet = 'its subnet is the one of the other daemon, which must leave it first';

function noNetwork(name: string): string {
  return `its subnet and its options are not known here: \`docker network inspect ${name}\` prints them`;
}

export function convert(
  { Containers, Images, Networks = [], Volumes = [] }: AgentForeign,
  options: DeclarationOptions,
): AgentDeclarations {
  const containers = Containers as unknown as Inspected[];
  const nameOf = (id: string) => containers.find(({ Id }) => Id === id)?.Name.replace(/^\//, '');
  const converted = containers.map((container) => one(withNames(container, nameOf), Images, options));
  const requests = converted.flatMap(({ request }) => request ?? []);
  return {
    Containers: converted.map(({ declaration }) => declaration),
    Networks: [...networksOf(requests)].filter(isUsers).map((name) => {
      const known = Networks.find(({ Name }) => Name === name);
      const addresses = (known?.IPAM.Config ?? []).map(
        ({ Subnet, IPRange, Gateway, AuxiliaryAddresses }) => ({
          ...(Subnet && { subnet: Subnet }),
          ...(IPRange && { ipRange: IPRange }),
          // Podman prints `<nil>`.
          ...(Gateway && isIP(Gateway) && { gateway: Gateway }),
          ...(AuxiliaryAddresses && { reserved: AuxiliaryAddresses }),
        }),
      );
      return networkDeclaration(
        {
          name,
          driver: known?.Driver ?? 'bridge',
          internal: known?.Internal ?? false,
          attachable: known?.Attachable ?? false,
          enableIPv6: known?.EnableIPv6 ?? false,
          options: known?.Options ?? {},
          labels: withoutToolsLabels(known?.Labels),
          ipam: { addresses },
        },
        known ? (addresses.length > 0 ? [sameSubnet] : []) : [noNetwork(name)],
      );
    }),
    Volumes: [...volumesOf(requests)].map((name) => {
      const known = Volumes.find(({ Name }) => Name === name);
      const { Driver: driver = 'local', Options, Labels, Mountpoint } = known ?? {};
      const from = Mountpoint ?? `the mountpoint that \`docker volume inspect ${name}\` prints`;
      const note = `its data stays with the other daemon: stop the containers that use it, and copy ${from} to the mountpoint that \`pouch volume inspect ${name}\` prints (cp -a)`;
      return volumeDeclaration({ name, driver, options: Options ?? {}, labels: withoutToolsLabels(Labels) }, [
        note,
      ]);
    }),
  };
}

/** Namespaces of other containers by their names: ids are others here. */
function withNames(container: Inspected, nameOf: (id: string) => string | undefined): Inspected {
  const { HostConfig } = container;
  const named = (mode: string | undefined) => {
    const [, id] = /^container:(.+)$/.exec(mode ?? '') ?? [];
    return id === undefined ? mode : `container:${nameOf(id) ?? id}`;
  };
  const modes = {
    NetworkMode: HostConfig.NetworkMode,
    IpcMode: HostConfig.IpcMode,
    PidMode: HostConfig.PidMode,
  };
  const own = Object.entries(modes).flatMap(([member, mode]) => {
    const name = named(mode);
    return name === undefined ? [] : [[member, name]];
  });
  return { ...container, HostConfig: { ...HostConfig, ...Object.fromEntries(own) } };
}

/** Notes about ids of containers that are not converted beside it. */
function strangersOf({ HostConfig }: Inspected): string[] {
  const modes = [HostConfig.NetworkMode, HostConfig.IpcMode, HostConfig.PidMode];
  const ids = modes.flatMap((mode) => /^container:([0-9a-f]{64})$/.exec(mode ?? '')?.[1] ?? []);
  return [...new Set(ids)].map(
    (id) => `it shares namespaces of ${id.slice(0, 12)}: name that container beside it, or write its name`,
  );
}

/** Modes that are not networks of a user. */
function isUsers(name: string): boolean {
  return !['', 'bridge', 'none', 'host'].includes(name) && !name.startsWith('container:');
}

function one(
  container: Inspected,
  images: AgentForeign['Images'],
  options: DeclarationOptions,
): { declaration: AgentDeclaration; request?: ContainerRequest } {
  const name = container.Name.replace(/^\//, '');
  const image = images?.[container.Image ?? ''];
  try {
    const { request, warnings } = dockerRequest(container, image);
    const declaration = declarationOf(name, request, options);
    const Notes = [
      ...(image ? [] : [noImage]),
      ...(isOfPodman(container) ? [unreported] : []),
      ...strangersOf(container),
      ...declaration.Notes,
    ];
    return { declaration: { ...declaration, Notes, Lost: [...warnings, ...declaration.Lost] }, request };
  } catch (error) {
    const { message } = toPouchError(error);
    const problem = withoutDashes(inNamesOf({ names: 'pouch' }, message));
    const Words = { image: container.Config.Image ?? '' };
    return { declaration: { Name: name, Words, Notes: [], Lost: [`it cannot be converted: ${problem}`] } };
  }
}

function withoutToolsLabels(
  labels: Readonly<Record<string, string>> | null | undefined,
): Record<string, string> {
  return Object.fromEntries(Object.entries(labels ?? {}).filter(([name]) => !name.startsWith('com.docker.')));
}
