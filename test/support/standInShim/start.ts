import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Call } from './call.ts';
import { self } from './identity.ts';
import { fault, record } from './record.ts';
import { socketPath } from './socket.ts';
import { readSpec, sandboxOf } from './spec.ts';

/** Prints the address of the shim that serves the container: a new one, or that of its sandbox. */
export async function start(call: Call): Promise<void> {
  const sandbox = sandboxOf(readSpec(call.bundle));
  const path = socketPath(call, sandbox ?? call.id);
  const options = readFileSync(0).toString('base64');
  record({ call: 'start', argv: process.argv.slice(2), env: process.env, cwd: process.cwd(), options, path });
  if (fault() === 'garbage-start') return void process.stdout.write('\u0000no address\n');
  if (fault() === 'fail-start') throw new Error('the stand-in shim was asked to fail');
  if (sandbox === undefined) await startServing(call, path);
  writeFileSync(join(call.bundle, 'address'), `unix://${path}`);
  process.stdout.write(`unix://${path}`);
}

async function startServing(call: Call, path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const { namespace, address, publishBinary, id } = call;
  const args = ['-namespace', namespace, '-address', address, '-publish-binary', publishBinary, '-id', id];
  const child = spawn(process.execPath, [self, ...args], {
    detached: true,
    stdio: 'ignore',
    cwd: call.bundle,
    // Each FIFO that waits for a writer holds a thread.
    env: { ...process.env, UV_THREADPOOL_SIZE: '32' },
  });
  child.unref();
  writeFileSync(join(call.bundle, 'shim.pid'), String(child.pid));
  while (!(await serves(path)) && child.exitCode === null) await delay(5);
}

function serves(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path, () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
