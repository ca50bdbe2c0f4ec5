import type { Command } from '../measure.ts';
import type { Platform } from './peer.ts';

interface DockerLike {
  name: string;
  file: string;
  /** URL of its Docker API. */
  api?: string;
  /** Global options. */
  global?: readonly string[];
  env?: Record<string, string>;
  /** Options of every `run`. */
  runOptions?: readonly string[];
  /** Default: nothing is left to clean up when a command ends. */
  settled?(): Promise<void>;
  end(): Promise<void>;
}

/** Returns a platform with Docker's command line: Pouch, docker and podman. */
export function dockerLike({
  name,
  file,
  api,
  global = [],
  env,
  runOptions = [],
  settled = async () => {},
  end,
}: DockerLike): Platform {
  const command = (...args: string[]): Command => ({ file, args: [...global, ...args], ...(env && { env }) });
  return {
    name,
    ...(api !== undefined && { api }),
    command,
    settled,
    end,
    // The bridge is the default; with its name podman would look for a network named bridge.
    run: (network, ...argv) =>
      command(
        'run',
        '--rm',
        ...(network === 'none' ? ['--network', 'none'] : []),
        ...runOptions,
        'busybox',
        ...argv,
      ),
    start: (container, ...argv) =>
      command('run', '-d', '--network', 'none', '--name', container, ...runOptions, 'busybox', ...argv),
  };
}
