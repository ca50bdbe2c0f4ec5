import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { interleaved, timed } from '../measure.ts';
import { absences, isMissing, type Platform } from '../peers/peer.ts';
import { richArchive, richReference } from '../sandbox/richImage.ts';
import { ratioTarget } from '../target.ts';
import type { Case } from './case.ts';

const name = 'for-rich';

export const rich: Case = {
  name: 'rich',
  about: 'run -d of Debian with systemd until systemd reports "running", without a network',
  isOptional: true,
  async measure({ dir, options: { runs }, peers }) {
    const [pouch, podman] = [await peers.pouch(), await peers.podman()];
    const wanted = [
      { platform: pouch, options: ['--rich', '--rich-mode', 'systemd'], command: [] },
      ...(isMissing(podman)
        ? []
        : [{ platform: podman, options: [...podmanOptions], command: ['/sbin/init'] }]),
    ];
    for (const { platform } of wanted) await timed(platform.command('load', '-i', richArchive(dir)));
    const contenders = wanted.map(({ platform, options, command }) => ({
      name: platform.name,
      once: async () => await boot(platform, [...options, '--name', name, richReference, ...command]),
    }));
    const series = await interleaved(contenders, runs);
    return { series, targets: [ratioTarget(series, 'pouch', ['podman'])], notes: absences([podman]) };
  },
};

const podmanOptions = ['--systemd=always', '--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'];

async function boot(platform: Platform, args: string[]): Promise<number> {
  const started = performance.now();
  await timed(platform.command('run', '-d', '--network', 'none', ...args));
  const pid = await initPid(platform);
  const isRunning = await waitUntil(() => systemdRuns(pid), { withinMs: 60_000, everyMs: 5 });
  const ms = performance.now() - started;
  await timed(platform.command('rm', '-f', name));
  if (isRunning) return ms;
  throw new Error('systemd did not reach the state "running"');
}

async function initPid(platform: Platform): Promise<string> {
  const { file, args, env } = platform.command('inspect', '--format', '{{.State.Pid}}', name);
  return (await execa(file, args, { timeout: 10_000, ...(env && { env }) })).stdout.trim();
}

/** Queried from the host, as the time of exec differs between platforms. */
async function systemdRuns(pid: string): Promise<boolean> {
  const args = [
    '--target',
    pid,
    '--mount',
    '--pid',
    '--ipc',
    '--net',
    '--uts',
    'systemctl',
    'is-system-running',
  ];
  return (await execa('nsenter', args, { reject: false, timeout: 10_000, stdin: 'ignore' })).exitCode === 0;
}
