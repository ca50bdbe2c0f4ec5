/** Declarations of containers of dockerd or podman. */
import type { AgentDeclaration, AgentDeclarations, AgentForeign } from '../../../client/wire.ts';
import { type ContainerRequest, toPouchError } from '../../../hooks/index.ts';
import { inNamesOf } from '../../../translate/names/inNamesOf.ts';
import { withoutDashes } from '../../../translate/words/withoutDashes.ts';
import { type DeclarationOptions, declarationOf } from './declarationOf.ts';
import { dockerRequest, type Inspected } from './dockerRequest.ts';
import { networkDeclaration, networksOf, volumeDeclaration, volumesOf } from './usedObjects.ts';

const noImage =
  'its image is not known here: remove what the image has anyway, such as variables and the command';

export function convert(
  { Containers, Images, Networks = [], Volumes = [] }: AgentForeign,
  options: DeclarationOptions,
): AgentDeclarations {
  const converted = (Containers as unknown as Inspected[]).map((container) =>
    one(container, Images, options),
  );
  const requests = converted.flatMap(({ request }) => request ?? []);
  return {
    Containers: converted.map(({ declaration }) => declaration),
    Networks: [...networksOf(requests)].filter(isUsers).map((name) => {
      const known = Networks.find(({ Name }) => Name === name);
      const addresses = (known?.IPAM.Config ?? []).map(({ Subnet, IPRange, Gateway }) => ({
        ...(Subnet && { subnet: Subnet }),
        ...(IPRange && { ipRange: IPRange }),
        ...(Gateway && { gateway: Gateway }),
      }));
      return networkDeclaration(
        {
          name,
          driver: known?.Driver ?? 'bridge',
          internal: known?.Internal ?? false,
          attachable: false,
          enableIPv6: known?.EnableIPv6 ?? false,
          options: {},
          labels: withoutToolsLabels(known?.Labels),
          ipam: { addresses },
        },
        addresses.length > 0 ? ['its subnet is the one of the other daemon, which must leave it first'] : [],
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
    const Notes = image ? declaration.Notes : [noImage, ...declaration.Notes];
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
