import type { BuilderObstacle, BuildWishes } from '../../hooks/index.ts';

/** What BuildKit does not do, and Buildah does. */
export function refusalOf({ network = 'default', limits }: BuildWishes): BuilderObstacle | undefined {
  if (!['default', 'bridge', 'none'].includes(network))
    return {
      problem: `the network ${network} for RUN is not supported with BuildKit`,
      hint: 'install buildah, which builds with it: apt-get install buildah',
    };
  const { shmSize: _shm, ulimits: _ulimits, ...others } = limits;
  const [limit] = Object.keys(others);
  if (limit === undefined) return undefined;
  return {
    problem: `the limit ${limit} of RUN is not supported with BuildKit`,
    hint: 'install buildah, which builds with it: apt-get install buildah',
  };
}

/** Attributes of the frontend `dockerfile.v0` for them. */
export function frontendOf({ network, limits }: BuildWishes, hosts: Readonly<Record<string, string>>) {
  const ulimits = (limits.ulimits ?? []).map(({ name, soft, hard }) => `${name}=${soft}:${hard}`);
  const all = Object.entries(hosts).map(([name, address]) => `${name}=${address}`);
  return {
    ...(network === 'none' && { 'force-network-mode': 'none' }),
    ...(all.length > 0 && { 'add-hosts': all.join(',') }),
    ...(ulimits.length > 0 && { ulimit: ulimits.join(',') }),
    ...(limits.shmSize !== undefined && { 'shm-size': String(limits.shmSize) }),
  };
}
