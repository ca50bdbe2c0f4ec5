import { join, resolve } from 'node:path';
import { derivedNames } from '../../config/derive.ts';
import { SetupError } from '../lib/SetupError.ts';

/** Directories and addresses of a quickstart's daemon, and the port of ssh. */
export interface Place {
  /** pouchd's root and state. */
  root: string;
  state: string;
  /** Both are pouchd's defaults, so that it can be the host's service. */
  isDefault: boolean;
  /** On 127.0.0.1. */
  sshPort: number;
  pidFile: string;
  logFile: string;
  /** Derived from the state. */
  host: string;
  bridge: string;
  cgroupParent: string;
}

export const project = resolve(import.meta.dirname, '../..');

/** Name and image of the container. */
export const containerName = 'quickstart';
export const image = 'debian:bookworm';

const defaults = { root: '/var/lib/pouch', state: '/run/pouch', sshPort: 2222 };

/**
 * Reads POUCH_QUICKSTART_ROOT, POUCH_QUICKSTART_STATE and POUCH_QUICKSTART_SSH_PORT.
 * @throws SetupError
 */
export function placeFrom(env: NodeJS.ProcessEnv): Place {
  const root = env['POUCH_QUICKSTART_ROOT'] ?? defaults.root;
  const state = env['POUCH_QUICKSTART_STATE'] ?? defaults.state;
  const derived = derivedNames(state);
  return {
    root,
    state,
    isDefault: root === defaults.root && state === defaults.state,
    sshPort: portOf(env['POUCH_QUICKSTART_SSH_PORT']),
    pidFile: join(state, 'pouchd.pid'),
    logFile: join(root, 'pouchd.log'),
    host: `unix://${state}/pouchd.sock`,
    bridge: derived['network.bridge']!,
    cgroupParent: derived['cgroupParent']!,
  };
}

function portOf(text: string | undefined): number {
  if (text === undefined) return defaults.sshPort;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new SetupError(
    `POUCH_QUICKSTART_SSH_PORT: expected a port from 1 to 65535, found "${text}": fix or unset it.`,
  );
}
