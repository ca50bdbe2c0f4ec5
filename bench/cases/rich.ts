import { execa } from 'execa';
import { type Contender, interleaved, timed } from '../measure.ts';
import { absences, isMissing, type Platform } from '../peers/peer.ts';
import { isNspawnInstalled, nspawnBoot } from '../peers/nspawn.ts';
import { richArchive, richReference } from '../sandbox/richImage.ts';
import { bootedAt } from '../sandbox/bootedAt.ts';
import { excessTarget, ratioTarget } from '../target.ts';
import type { Case } from './case.ts';

const name = 'for-rich';

export const rich: Case = {
  name: 'rich',
  about: 'run -d of Debian with systemd until systemd reports "running", without a network',
  isOptional: true,
  async measure(bench) {
    const once = async (platform: Platform, args: string[]) => {
      const ms = await boot(platform, args);
      await timed(platform.command('rm', '-f', name));
      return ms;
    };
    const peers = await contenders(bench, once);
    const nspawn = isNspawnInstalled() ? [nspawnBoot(bench.dir)] : [];
    const series = await interleaved([...peers.contenders, ...nspawn], bench.options.runs);
    return {
      series,
      targets: [
        ratioTarget(series, 'pouch', ['podman'], 1),
        ratioTarget(series, 'pouch', ['systemd-nspawn'], 1.25),
      ],
      notes: [
        ...peers.notes,
        ...(nspawn.length === 0
          ? ['systemd-nspawn is not installed (apt-get install systemd-container)']
          : []),
      ],
    };
  },
};

export const richStop: Case = {
  name: 'rich-stop',
  about: 'stop of Debian with systemd that is up, without a network',
  isOptional: true,
  async measure(bench) {
    const { contenders: all, notes } = await contenders(bench, async (platform, args) => {
      await boot(platform, args);
      const ms = await timed(platform.command('stop', '-t', '60', name));
      await timed(platform.command('rm', '-f', name));
      return ms;
    });
    const series = await interleaved(all, bench.options.runs);
    return { series, targets: [ratioTarget(series, 'pouch', ['podman'], 1)], notes };
  },
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

/** Returns Pouch and podman as contenders: `once` gets the arguments of `run`. */
async function contenders(
  { dir, peers }: Parameters<Case['measure']>[0],
  once: (platform: Platform, args: string[]) => Promise<number>,
): Promise<{ contenders: Contender[]; notes: string[] }> {
  const [pouch, podman] = [await peers.pouch(), await peers.podman()];
  const wanted = [
    { platform: pouch, options: ['--rich', '--rich-mode', 'systemd'], command: [] },
    ...(isMissing(podman)
      ? []
      : [{ platform: podman, options: [...podmanOptions], command: ['/sbin/init'] }]),
  ];
  for (const { platform } of wanted) await timed(platform.command('load', '-i', richArchive(dir)));
  const all = wanted.map(({ platform, options, command }) => ({
    name: platform.name,
    once: async () => await once(platform, [...options, '--name', name, richReference, ...command]),
  }));
  return { contenders: all, notes: absences([podman]) };
}

const podmanOptions = ['--systemd=always', '--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'];

async function boot(platform: Platform, args: string[]): Promise<number> {
  const started = process.hrtime.bigint();
  await timed(platform.command('run', '-d', '--network', 'none', ...args));
  const pid = await initPid(platform);
  return Number((await bootedAt(() => pid)) - started) / 1e6;
}

async function initPid(platform: Platform): Promise<string> {
  const { file, args, env } = platform.command('inspect', '--format', '{{.State.Pid}}', name);
  return (await execa(file, args, { timeout: 10_000, ...(env && { env }) })).stdout.trim();
}
