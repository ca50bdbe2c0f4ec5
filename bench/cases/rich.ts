import { execa } from 'execa';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { type Contender, interleaved, timed } from '../measure.ts';
import { absences, isMissing, type Platform } from '../peers/peer.ts';
import { richArchive, richReference } from '../sandbox/richImage.ts';
import { excessTarget, ratioTarget } from '../target.ts';
import type { Case } from './case.ts';

const name = 'for-rich';

export const rich: Case = {
  name: 'rich',
  about: 'run -d of Debian with systemd until systemd reports "running", without a network',
  isOptional: true,
  measure: (bench) =>
    compare(bench, async (platform, args) => {
      const ms = await boot(platform, args);
      await timed(platform.command('rm', '-f', name));
      return ms;
    }),
};

export const richStop: Case = {
  name: 'rich-stop',
  about: 'stop of Debian with systemd that is up, without a network',
  isOptional: true,
  measure: (bench) =>
    compare(bench, async (platform, args) => {
      await boot(platform, args);
      const ms = await timed(platform.command('stop', '-t', '60', name));
      await timed(platform.command('rm', '-f', name));
      return ms;
    }),
};

export const dumbInit: Case = {
  name: 'dumb-init',
  about: 'run --rm --rich-mode dumb-init busybox true beside the same without a mode, without a network',
  async measure({ options: { runs }, peers }) {
    const pouch = await peers.pouch();
    const contender = (label: string, ...options: string[]): Contender => ({
      name: label,
      once: async () =>
        await timed(pouch.command('run', '--rm', '--network', 'none', ...options, 'busybox', 'true')),
    });
    const init = contender('pouch, dumb-init', '--rich', '--rich-mode', 'dumb-init', '--userns', 'host');
    const series = await interleaved([init, contender('pouch')], runs);
    return { series, targets: [excessTarget(series, 'pouch, dumb-init', 'pouch', 10)] };
  },
};

/** Measures Pouch and podman in turn: `once` gets the arguments of `run`. */
async function compare(
  { dir, options: { runs }, peers }: Parameters<Case['measure']>[0],
  once: (platform: Platform, args: string[]) => Promise<number>,
): ReturnType<Case['measure']> {
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
    once: async () => await once(platform, [...options, '--name', name, richReference, ...command]),
  }));
  const series = await interleaved(contenders, runs);
  return { series, targets: [ratioTarget(series, 'pouch', ['podman'], 1)], notes: absences([podman]) };
}

const podmanOptions = ['--systemd=always', '--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'];

async function boot(platform: Platform, args: string[]): Promise<number> {
  const started = performance.now();
  await timed(platform.command('run', '-d', '--network', 'none', ...args));
  const pid = await initPid(platform);
  const isRunning = await waitUntil(() => systemdRuns(pid), { withinMs: 60_000, everyMs: 5 });
  if (isRunning) return performance.now() - started;
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
