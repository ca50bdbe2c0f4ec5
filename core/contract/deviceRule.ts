import type { DraftDevice } from '../../hooks/draft.ts';
import type { OciDeviceRule } from '../../hooks/oci.ts';

/** The rule of a device in a spec. */
export function ruleOfDevice({ type, major, minor, access }: DraftDevice): OciDeviceRule {
  return { allow: true, type, major, minor, access };
}
