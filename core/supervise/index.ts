/** Long-running processes that outlive the daemon. */
export {
  ManagedProcess,
  type ManagedProcessOptions,
  type ProcessEvent,
  type ProcessExit,
  type ProcessHandling,
  type ProcessState,
} from './ManagedProcess.ts';
export { type ProcessIdentity, identify, isAlive } from './processIdentity.ts';
