/** The FIFOs of a process's output: it gets one end, the shim holds both of each until its end. */
import { closeSync, constants, openSync } from 'node:fs';

export interface StreamPaths {
  stdin: string;
  stdout: string;
  stderr: string;
}

export interface Output {
  /** For spawn. */
  stdio: ('ignore' | number)[];
  /** After the process was started: its ends are its own. */
  handOver(): void;
  close(): void;
}

export function openOutput({ stdout, stderr }: StreamPaths): Output {
  const held = [stdout, stderr].filter(Boolean).map((path) => openSync(path, constants.O_RDWR));
  const stdio = [stdout, stderr].map((path) => (path ? openSync(path, constants.O_WRONLY) : 'ignore'));
  return {
    stdio,
    handOver: () => stdio.forEach((fd) => typeof fd === 'number' && closeSync(fd)),
    close: () => held.splice(0).forEach((fd) => closeSync(fd)),
  };
}
