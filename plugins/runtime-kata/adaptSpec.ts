import type { ContainerDraft } from '../../hooks/index.ts';
import { withDefaults } from './annotations/settings.ts';
import { addSandbox } from './annotations/sandbox.ts';
import { sizeSettings } from './annotations/sizing.ts';
import { leaveOutUnknown } from './capabilitySet.ts';
import { vmCgroups } from './cgroups.ts';
import { configPathAnnotation } from './config/find.ts';
import type { KataConfig } from './config/load.ts';
import { hasGuestSeccomp } from './config/values.ts';
import type { FlavourOptions } from './options.ts';
import { sharedFolder } from './sharedFolder.ts';
import type { ShimVersion } from './shim/version.ts';

export interface Adaptation {
  config: KataConfig;
  defaults: FlavourOptions['defaults'];
  language: ShimVersion['language'];
  /** Version of kata. */
  version: string;
  /** Whether containers are announced as sandboxes; undefined for kata's command, whose VMs cannot be shared. */
  announce: boolean | undefined;
}

/** Adapts a draft to kata; returns warnings for what it omits. */
export function adaptToMachine(draft: ContainerDraft, adaptation: Adaptation): string[] {
  const { config, announce } = adaptation;
  draft.annotations = withDefaults(draft, adaptation.defaults);
  Object.assign(draft.annotations, sizeSettings(draft, config));
  if (announce !== undefined) addSandbox(draft, { announce });
  if (draft.vmOf === undefined) Object.assign(draft.effects, vmCgroups(draft), sharedFolder(draft));
  nameConfig(draft, adaptation);
  // kata does not create a container with a profile that its agent cannot apply; without it the VM is the boundary.
  if (draft.seccomp === 'default' && !hasGuestSeccomp(config, draft.annotations)) draft.seccomp = null;
  if (draft.process.privileged) leaveOutHostDevices(draft);
  return leaveOutUnknown(draft, adaptation.version);
}

/**
 * runtime-rs before 2025 reads KATA_CONF_FILE before its options, and parses these as raw bytes, which breaks paths
 * of 128 characters or more. It reads the annotation first.
 */
function nameConfig({ annotations, vmOf }: ContainerDraft, { config, language }: Adaptation): void {
  if (language === 'rust' && vmOf === undefined) annotations[configPathAnnotation] ??= config.path;
}

/**
 * Like containerd's `privileged_without_host_devices`, which kata recommends (how-to/privileged.md): the privileges
 * apply to the VM, and the host's disks are not attached to it.
 */
function leaveOutHostDevices(draft: ContainerDraft): void {
  draft.devices = {};
  delete draft.deviceRules['all'];
}
