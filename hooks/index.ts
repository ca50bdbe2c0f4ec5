/// <reference types="node" preserve="true" />
/**
 * The contract for plugin authors: `import { definePlugin, Type } from 'pouch/hooks'`.
 * @module pouch/hooks
 */
export { Type } from '@sinclair/typebox';
export type { Static, TSchema } from '@sinclair/typebox';
export { allowReboot, commandExitScript } from './allowReboot.ts';
export { allowSandboxes } from './allowSandboxes.ts';
export { addRunMounts, bootDirectory, bootInit, type InitBoot, streamsDirectory } from './bootInit.ts';
export { isBootingFunction } from './bootScripts.ts';
export { asCaller, type Caller, currentCaller } from './caller.ts';
export * from './catalogue.ts';
export type { DoctorCheck, DoctorFinding } from './contributions/doctorCheck.ts';
export type { Metric, MetricDeclaration, MetricLabels } from './contributions/metric.ts';
export * from './contributions/networkDriver.ts';
export { predefinedNetworkId } from './networkIds.ts';
export {
  consoleQuery,
  type Page,
  type PageBlock,
  type PageCall,
  type PageContent,
  pageLimits,
  type PageLink,
  type PageValue,
} from './contributions/page.ts';
export * from './contributions/richMode.ts';
export * from './contributions/route.ts';
export * from './contributions/sidecar.ts';
export * from './contributions/surface.ts';
export * from './contributions/verb.ts';
export * from './contributions/imageBuilder.ts';
export * from './contributions/imageSource.ts';
export * from './contributions/logDriver.ts';
export * from './contributions/volumeDriver.ts';
export { contributionNames, contributionPoints, type ContributionName } from './contributions/index.ts';
export type { ContainerCondition } from './containerCondition.ts';
export * from './containerSelection.ts';
export * from './defineHook.ts';
export * from './definePlugin.ts';
export * from './deviceNumbers.ts';
export * from './draft.ts';
export * from './draftKeys.ts';
export { hasHybridCgroups, unified } from './hybridCgroups.ts';
export { hostKeysScript } from './hostKeys.ts';
export { addInitScript, hasInitScript } from './initScript.ts';
export { addCommandProgram, addExitFile, addLaunchedCommand, type InitControl } from './launchedCommand.ts';
export * from './healthcheck.ts';
export * from './readiness.ts';
export * from './richPower.ts';
export * from './richServices.ts';
export { type ServiceCommand, serviceCommand } from './serviceCommand.ts';
export { jsonPointer } from './jsonPointer.ts';
export { matchesText } from './matchesText.ts';
export { sshKeyIdentity, sshKeyProblem } from './sshKey.ts';
export { shellWord } from './shellWord.ts';
export { syslogFunctions } from './syslogFunctions.ts';
export { addSessionEnvironment, sessionEnvironment } from './sessionEnvironment.ts';
export * from './effectKind.ts';
export * from './effects.ts';
export * from './engine.ts';
export * from './errors.ts';
export * from './fields.ts';
export * from './files.ts';
export { FileSafety, ownUsers } from './FileSafety.ts';
export * from './image.ts';
export {
  type GrantMatch,
  type HostEffectArgs,
  type HostEffectForm,
  hostEffectForm,
  type HostEffectName,
  hostEffects,
} from './hostEffects.ts';
export { markSecret } from './markSecret.ts';
export { hasInterface } from './hostInterfaces.ts';
export { invalidField } from './invalidField.ts';
export { kept } from './kept.ts';
export { networkAttachments } from './networkAttachments.ts';
export * from './oci.ts';
export * from './plan.ts';
export * from './timeline.ts';
export type { Refusal, ValidateInput } from './policy.ts';
export type { CompleteOptions, Profile, ProfilePart } from './profile.ts';
export * from './limits.ts';
export { type RightName, type WantedRight } from './processProtocol.ts';
export * from './request.ts';
export * from './runtime.ts';
export type {
  FoundProgram,
  ProgramContext,
  ProgramOptions,
  RuntimeProgram,
  RuntimeReport,
} from './runtimeProgram.ts';
export * from './runtimeFeatures.ts';
export { findBinary } from './runtimes/findBinary.ts';
export { type Binary, parseVersion, type Survey } from './runtimes/probe.ts';
export { shimExecutable } from './runtimes/shimExecutable.ts';
export { notUsable, type RuncLike, runcLikeProvider } from './runtimes/runcLike.ts';
export { type ShimLike, shimLikeProvider } from './runtimes/shimLike.ts';
export { type NextAfter, parseSchedule, ScheduleStarts } from './schedule.ts';
export * from './services.ts';
export * from './stats.ts';
export {
  optional,
  type Requirement,
  type Requirements,
  type ServicesOf,
  token,
  type Token,
  type Tokens,
  versioned,
} from './token.ts';
export type {
  CheckpointRequest,
  ContainerMoment,
  ContainerRemoval,
  ContainerUpdated,
  ExecEnded,
  RestartDraft,
  StopDraft,
  UpdateDraft,
} from './points/container.ts';
export type { DaemonEnding, DaemonReloaded, DaemonStarted } from './points/daemon.ts';
export type { ImageLoaded, ImagePull, ImageRemoval, ImageResolveDraft } from './points/image.ts';
export type { NetworkAttachDraft, NetworkDetached } from './points/network.ts';
export type { VolumeDraft, VolumeRemoval } from './points/volume.ts';
