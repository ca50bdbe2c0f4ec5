import type { Command } from '../measure.ts';
import type { Platform } from './peer.ts';

interface DockerLike {
  name: string;
  file: string;
  /** Options before the verb. */
  global?: readonly string[];
  env?: Record<string, string>;
  /** Options of every `run`. */
  runOptions?: readonly string[];
  /** Default: its command ends when all is done. */
  settled?(): Promise<void>;
  end(): Promise<void>;
}

/** Pouch, docker and podman understand the same words. */
export function dockerLike({
  name,
  file,
  global = [],
  env,
  runOptions = [],
  settled = async () => {},
  end,
}: DockerLike): Platform {
  const command = (...args: string[]): Command => ({ file, args: [...global, ...args], ...(env && { env }) });
  return {
    name,
    command,
    settled,
    end,
    // The bridge is each one's default; naming it would make podman wait for a network of that name.
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
