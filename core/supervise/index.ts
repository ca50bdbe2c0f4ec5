/** Long-living processes that outlive the daemon. */
export {
  ManagedProcess,
  type ManagedProcessOptions,
  type ProcessEvent,
  type ProcessState,
} from './managed-process.ts';
export { type ProcessIdentity, identify, isAlive } from './process-identity.ts';
