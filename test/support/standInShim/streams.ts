/** The FIFOs that containerd names: the process gets one end, the shim holds both of each until its end. */
import { closeSync, constants, openSync } from 'node:fs';

export interface StreamPaths {
  stdin: string;
  stdout: string;
  stderr: string;
}

export interface Streams {
  /** For spawn. */
  stdio: ('ignore' | number)[];
  /** The process reads the end of its input. */
  closeStdin(): void;
  /** After the process was started: its ends are its own. */
  handOver(): void;
  close(): void;
}

export function openStreams({ stdin, stdout, stderr }: StreamPaths): Streams {
  const held = new Map(
    [stdin, stdout, stderr].filter(Boolean).map((path) => [path, openSync(path, constants.O_RDWR)]),
  );
  const end = (path: string, flag: number) => (path ? openSync(path, flag) : ('ignore' as const));
  const stdio = [
    end(stdin, constants.O_RDONLY),
    end(stdout, constants.O_WRONLY),
    end(stderr, constants.O_WRONLY),
  ];
  const release = (path: string) => {
    const fd = held.get(path);
    held.delete(path);
    if (fd !== undefined) closeSync(fd);
  };
  return {
    stdio,
    closeStdin: () => release(stdin),
    handOver: () => stdio.forEach((fd) => typeof fd === 'number' && closeSync(fd)),
    close: () => [...held.keys()].forEach(release),
  };
}
