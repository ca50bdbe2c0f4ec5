import { join } from 'node:path';

/** The files in STATE/io, for the daemon and the keeper. */
export interface StreamPaths {
  directory: string;
  stdin: string;
  stdout: string;
  stderr: string;
  /** The keeper's state for this container. */
  config: string;
}

export function streamPaths(ioDir: string, id: string): StreamPaths {
  const directory = join(ioDir, id);
  return {
    directory,
    stdin: join(directory, 'stdin'),
    stdout: join(directory, 'stdout'),
    stderr: join(directory, 'stderr'),
    config: join(directory, 'io.json'),
  };
}

export function keeperSocket(ioDir: string): string {
  return join(ioDir, 'keeper.sock');
}
