import { interleaved, timed } from '../measure.ts';
import { absences, isMissing, type Missing, type Network, type Peer } from '../peers/peer.ts';
import { ratioTarget, type Target } from '../target.ts';
import type { Series } from '../measure.ts';
import type { Bench, Case, Findings } from './case.ts';

export const runBridge: Case = {
  name: 'run-bridge',
  about: 'run --rm busybox true, with the default bridge network',
  measure: async (bench) =>
    await measureRun(bench, 'bridge', await all(bench, ['pouch', 'docker', 'podman']), (series) => [
      ratioTarget(series, 'pouch', ['docker', 'podman'], 0.5),
    ]),
};

export const runNone: Case = {
  name: 'run-none',
  about: 'run --rm busybox true, without a network (pouch, docker and ctr on runc, podman on crun)',
  measure: async (bench) =>
    await measureRun(bench, 'none', await all(bench, ['pouch', 'ctr', 'docker', 'podman']), (series) => [
      ratioTarget(series, 'pouch', ['ctr'], 0.9),
      ratioTarget(series, 'pouch', ['docker', 'podman']),
    ]),
};

type PeerName = 'pouch' | 'docker' | 'podman' | 'ctr';

async function all({ peers }: Bench, names: readonly PeerName[]): Promise<(Peer | Missing)[]> {
  const started: (Peer | Missing)[] = [];
  for (const name of names) started.push(await peers[name]());
  return started;
}

async function measureRun(
  { options: { runs } }: Bench,
  network: Network,
  peers: readonly (Peer | Missing)[],
  targets: (series: readonly Series[]) => Target[],
): Promise<Findings> {
  const present = peers.filter((peer): peer is Peer => !isMissing(peer));
  const series = await interleaved(
    present.map((peer) => ({ name: peer.name, once: () => runOnce(peer, network) })),
    runs,
  );
  return { series, targets: targets(series), notes: absences(peers) };
}

async function runOnce(peer: Peer, network: Network): Promise<number> {
  const ms = await timed(peer.run(network, 'true'));
  await peer.settled();
  return ms;
}
