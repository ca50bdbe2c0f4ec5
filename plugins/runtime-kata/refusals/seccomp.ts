import { field, type ContainerDraft, type RuntimeRefusal } from '../../../hooks/index.ts';
import type { KataConfig } from '../config/load.ts';
import { settingField, settingPrefix } from '../annotations/names.ts';
import { hasGuestSeccomp } from '../config/values.ts';

/** Refuses a requested profile where kata would ignore it; Pouch's default profile is omitted instead. */
export function seccompRefusals(
  { seccomp }: ContainerDraft,
  config: KataConfig,
  annotations: Readonly<Record<string, string>>,
): RuntimeRefusal[] {
  if (seccomp === null || seccomp === 'default' || hasGuestSeccomp(config, annotations)) return [];
  return [
    {
      what: `${field('securityOpt')} seccomp`,
      reason: `disable_guest_seccomp is set in ${config.path} (${settingField(`${settingPrefix}runtime.disable_guest_seccomp`)}=false unsets it)`,
    },
  ];
}
