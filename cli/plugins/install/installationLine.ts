import type { PluginInstallationWire } from '../../../client/index.ts';

/** `corp-hosts 1.2.0 sha256:…` */
export function installationLine({ name, version, digest }: PluginInstallationWire): string {
  return [name, ...(version === undefined ? [] : [version]), digest].join(' ');
}
