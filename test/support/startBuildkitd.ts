import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { existsSync } from 'node:fs';

/** A buildkitd of its own, not Pouch's: its socket is `buildkitd.sock` in the directory. */
export async function startBuildkitd(directory: string, path: string): Promise<{ stop(): Promise<void> }> {
  await mkdir(directory, { recursive: true });
  const socket = join(directory, 'buildkitd.sock');
  const configuration = join(directory, 'buildkitd.toml');
  const root = JSON.stringify(join(directory, 'root'));
  const lines = [
    `root = ${root}`,
    '[worker.containerd]',
    'enabled = false',
    '[worker.oci]',
    'networkMode = "host"',
  ];
  await writeFile(configuration, lines.join('\n'));
  // All that it starts, and its mounts, end with it.
  const below = ['--mount', '--pid', '--fork', '--kill-child', '--mount-proc', 'buildkitd'];
  const child = spawn('unshare', [...below, '--config', configuration, '--addr', `unix://${socket}`], {
    env: { ...process.env, PATH: path },
    stdio: 'ignore',
  });
  if (!(await waitUntil(() => existsSync(socket), { withinMs: 30_000 })))
    throw new Error('buildkitd did not start');
  return {
    async stop() {
      const ended = once(child, 'exit');
      child.kill('SIGKILL');
      await ended;
    },
  };
}
