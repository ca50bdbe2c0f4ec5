import type { ContainerDraft } from '../../hooks/draft.ts';
import { joinPrefix } from '../contract/namespaces.ts';

/** The largest group id that ping_group_range takes. */
const lastGroup = 2_147_483_647;

/**
 * Kernel settings of a container's own namespaces, as dockerd sets them: every user may bind low ports and send ICMP
 * echo requests (ip-sysctl.rst), and the domain name is known to uname(2). Those of the draft take precedence.
 * @param ownLastGroup the largest group of pouchd's user namespace
 */
export function withDefaultSysctls(draft: ContainerDraft, ownLastGroup = lastGroup): Record<string, string> {
  return { ...networkSettings(draft, ownLastGroup), ...domainSetting(draft), ...draft.sysctls };
}

function networkSettings(
  { namespaces, gidMappings }: ContainerDraft,
  ownLastGroup: number,
): Record<string, string> {
  const { network } = namespaces;
  if (network === undefined || network.startsWith(joinPrefix)) return {};
  return {
    'net.ipv4.ip_unprivileged_port_start': '0',
    'net.ipv4.ping_group_range': `0 ${lastMappedGroup(gidMappings, ownLastGroup)}`,
  };
}

/** The kernel refuses groups that the user namespace does not map. */
function lastMappedGroup(mappings: ContainerDraft['gidMappings'], ownLastGroup: number): number {
  if (mappings.length === 0) return Math.min(ownLastGroup, lastGroup);
  const { size = 1 } = mappings.find(({ containerID }) => containerID === 0) ?? {};
  return Math.min(size - 1, lastGroup);
}

/** runc before 1.2 ignores `domainname` of the spec. In a user namespace the setting cannot be written. */
function domainSetting({ domainname, namespaces, uidMappings }: ContainerDraft): Record<string, string> {
  if (!domainname || namespaces.uts !== '' || uidMappings.length > 0) return {};
  return { 'kernel.domainname': domainname };
}
