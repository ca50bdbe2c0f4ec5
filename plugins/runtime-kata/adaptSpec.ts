import type { ContainerDraft } from '../../hooks/index.ts';
import { withDefaults } from './annotations/settings.ts';
import { addSandbox } from './annotations/sandbox.ts';
import { sizeSettings } from './annotations/sizing.ts';
import { leaveOutUnknown } from './capabilitySet.ts';
import { machineCgroups } from './cgroups.ts';
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
  /** Of kata. */
  version: string;
  /** Whether containers say that they are sandboxes; undefined for kata's command, which has no machines to share. */
  announce: boolean | undefined;
}

/** What kata wants to be different; returns warnings for what is left out. */
export function adaptToMachine(draft: ContainerDraft, adaptation: Adaptation): string[] {
  const { config, announce } = adaptation;
  draft.annotations = withDefaults(draft, adaptation.defaults);
  Object.assign(draft.annotations, sizeSettings(draft, config));
  if (announce !== undefined) addSandbox(draft, { announce });
  if (draft.vmOf === undefined) Object.assign(draft.effects, machineCgroups(draft), sharedFolder(draft));
  nameConfig(draft, adaptation);
  // With a profile that its agent cannot apply kata makes no container; without it the machine is the wall.
  if (draft.seccomp === 'default' && !hasGuestSeccomp(config, draft.annotations)) draft.seccomp = null;
  if (draft.process.privileged) leaveOutHostDevices(draft);
  return leaveOutUnknown(draft, adaptation.version);
}

/**
 * runtime-rs before 2025 read KATA_CONF_FILE before its options, and these as raw bytes, which a path of 128 characters
 * or more does not survive; it asks the annotation first.
 */
function nameConfig({ annotations, vmOf }: ContainerDraft, { config, language }: Adaptation): void {
  if (language === 'rust' && vmOf === undefined) annotations[configPathAnnotation] ??= config.path;
}

/**
 * As containerd's `privileged_without_host_devices`, which kata recommends (how-to/privileged.md): the privileges are
 * those over the machine, and the host's disks are not plugged into it.
 */
function leaveOutHostDevices(draft: ContainerDraft): void {
  draft.devices = {};
  delete draft.deviceRules['all'];
}
