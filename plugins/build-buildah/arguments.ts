import type { BuildLimits, BuildNetwork, ImageBuild } from '../../hooks/index.ts';
import type { Storage } from './storage.ts';

export interface ArgumentsOptions {
  network: BuildNetwork;
  /** Gets the id of the image. */
  idFile: string;
  runtime: string;
  seccompProfile: string;
  cgroup: string;
  storage: Pick<Storage, 'policy' | 'empty' | 'runtimeState'>;
}

/** The command line of buildah-build(1). */
export function buildArguments(
  build: ImageBuild,
  { idFile, runtime, seccompProfile, cgroup, storage, network }: ArgumentsOptions,
): string[] {
  const { dockerfile, context, buildArgs, labels, secrets, target, platform, noCache, limits } = build;
  const each = (option: string, values: Readonly<Record<string, string>>) =>
    Object.entries(values).flatMap(([name, value]) => [option, `${name}=${value}`]);
  return [
    'build',
    // Health checks, ONBUILD and SHELL are Docker’s.
    ...['--format', 'docker', '--layers', '--force-rm', '--pull-never', '--signature-policy', storage.policy],
    ...['--iidfile', idFile, '--identity-label=false', '--http-proxy=false'],
    ...['--isolation', 'oci', '--runtime', runtime, '--runtime-flag', `root=${storage.runtimeState}`],
    ...['--security-opt', `seccomp=${seccompProfile}`, '--cgroup-parent', cgroup],
    // Buildah mounts cgroups writable.
    ...['--volume', `${storage.empty}:/sys/fs/cgroup:ro`],
    ...networkArguments(network),
    ...limitArguments(limits),
    ...(noCache ? ['--no-cache'] : []),
    ...(target !== undefined ? ['--target', target] : []),
    ...(platform !== undefined ? ['--platform', platform] : []),
    ...each('--build-arg', buildArgs),
    ...each('--label', labels),
    ...Object.entries(secrets).flatMap(([id, file]) => ['--secret', `id=${id},src=${file}`]),
    ...['--file', dockerfile, '--', context],
  ];
}

function networkArguments({ namespace, nameservers, search, options, hosts }: BuildNetwork): string[] {
  // Buildah refuses name servers then.
  if (namespace === 'none') return ['--network', 'none'];
  return [
    ...['--network', namespace],
    ...nameservers.flatMap((server) => ['--dns', server]),
    ...search.flatMap((domain) => ['--dns-search', domain]),
    ...options.flatMap((option) => ['--dns-option', option]),
    ...Object.entries(hosts).flatMap(([name, address]) => ['--add-host', `${name}:${address}`]),
  ];
}

function limitArguments(limits: BuildLimits): string[] {
  const { memory, memorySwap, cpuShares, cpuPeriod, cpuQuota, cpusetCpus, cpusetMems, shmSize } = limits;
  const values: [string, number | string | undefined][] = [
    ['--memory', memory],
    ['--memory-swap', memorySwap],
    ['--cpu-shares', cpuShares],
    ['--cpu-period', cpuPeriod],
    ['--cpu-quota', cpuQuota],
    ['--cpuset-cpus', cpusetCpus],
    ['--cpuset-mems', cpusetMems],
    ['--shm-size', shmSize],
  ];
  return [
    ...values.flatMap(([option, value]) => (value === undefined ? [] : [option, String(value)])),
    ...(limits.ulimits ?? []).flatMap(({ name, soft, hard }) => ['--ulimit', `${name}=${soft}:${hard}`]),
  ];
}
