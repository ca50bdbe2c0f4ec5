/**
 * The protocol of plugins that are processes: one JSON object per line, requests on their stdin, messages on their
 * stdout. docs/reference/plugin-protocol.md is generated from these schemas. Executables speak it, and the program
 * that hosts modules (core/plugins/host).
 */
export type { RouteRequest, VerbRequest } from './protocol/clientRequests.ts';
export type { ErrorForm } from './protocol/common.ts';
export type {
  DeclaredEffect,
  DeclaredImageSource,
  DeclaredLogDriver,
  DeclaredNetworkDriver,
  DeclaredPage,
  DeclaredRoute,
  DeclaredRuntime,
  DeclaredVerb,
  DeclaredVolumeDriver,
} from './protocol/declared.ts';
export type { DeclaredDoctorCheck, DoctorRequest } from './protocol/doctor.ts';
export {
  type ImageSourceRequest,
  type LogAction,
  logActions,
  type LogDriverRequest,
  type NetworkAction,
  networkActions,
  type NetworkDriverRequest,
  type VolumeAction,
  volumeActions,
  type VolumeDriverRequest,
} from './protocol/driverRequests.ts';
export {
  contributedLists,
  type Contributed,
  ProcessManifest,
  type RightName,
  rightNames,
  type WantedPaths,
  type WantedRight,
} from './protocol/manifest.ts';
export type { DeclaredMetric, MetricReport } from './protocol/metrics.ts';
export { type ProcessCall, ProcessMessage, type ProcessReply } from './protocol/messages.ts';
export {
  type EffectAction,
  type EffectRequest,
  type HookRequest,
  type HostedModule,
  type InvokeRequest,
  type PageRequest,
  ProcessRequest,
  type SetupRequest,
} from './protocol/requests.ts';
export { type RuntimeAction, runtimeActions, type RuntimeRequest } from './protocol/runtimeRequest.ts';
export {
  type DeclaredService,
  mostServiceMs,
  providedMethod,
  type ServiceRequest,
} from './protocol/services.ts';
export { longestLine, processProtocol } from './protocol/version.ts';
