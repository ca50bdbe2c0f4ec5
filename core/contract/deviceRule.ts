import type { DraftDevice } from '../../hooks/draft.ts';
import type { OciDeviceRule } from '../../hooks/oci.ts';

/**
 * `MAJOR:MINOR` of the character devices that every runtime allows in every container (OCI runtime spec,
 * config-linux.md, “Default Devices”). Some versions of runc and crun allow 5:1 and 10:200, too.
 */
export const defaultDevices = ['1:3', '1:5', '1:7', '1:8', '1:9', '5:0', '5:2'];

/** Rules with that of a device: the first one, which forbids all, stays the first. */
export function withDevice(
  [first, ...rules]: readonly OciDeviceRule[],
  device: DraftDevice,
): OciDeviceRule[] {
  return [...(first ? [first] : []), ruleOfDevice(device), ...rules];
}

/** The rule of a device in a spec. */
export function ruleOfDevice({ type, major, minor, access }: DraftDevice): OciDeviceRule {
  return { allow: true, type, major, minor, access };
}
