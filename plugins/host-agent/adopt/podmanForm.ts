/** Writes what podman prints of a container as dockerd prints it, without what podman has filled in. */
import { constants } from 'node:os';
import type { ContainerConfig, Healthcheck, HostConfig } from '../../../client/wire.ts';
import type { Inspected } from './inspected.ts';

/** Podman marks its containers by a variable. */
export function isOfPodman({ Config }: Inspected): boolean {
  return (Config.Env ?? []).includes('container=podman');
}

export function podmanForm(container: Inspected): Inspected {
  const { binds, anonymous } = bindsOf(container.HostConfig);
  return {
    ...container,
    Config: {
      ...configOf(container.Config),
      Volumes: Object.fromEntries(anonymous.map((path) => [path, {}])),
    },
    HostConfig: { ...hostConfigOf(container.HostConfig), Binds: binds },
  };
}

function configOf(config: ContainerConfig): ContainerConfig {
  const { Env, WorkingDir, Entrypoint, StopSignal, StopTimeout, Healthcheck, ...others } = config;
  const { Hostname = '', User = '' } = others;
  const isRoot = ['', '0', 'root'].includes(User.split(':', 1)[0]!);
  // That of root is filled in at the first start, and is that of Pouch, too.
  const home = isRoot ? ['HOME=/root'] : [];
  const filledIn = ['container=podman', 'TERM=xterm', `HOSTNAME=${Hostname}`, ...home];
  // `podman inspect` prints a number for a signal, and a text for an entrypoint.
  const program: unknown = Entrypoint;
  const words = typeof program === 'string' ? program.split(' ').filter((word) => word !== '') : Entrypoint;
  const signal = signalOf(StopSignal);
  return {
    ...others,
    Env: (Env ?? []).filter((entry) => !filledIn.includes(entry)),
    Entrypoint: words?.length ? words : null,
    WorkingDir: WorkingDir === '/' ? '' : (WorkingDir ?? ''),
    StopSignal: signal === 'SIGTERM' ? '' : signal,
    ...(StopTimeout !== undefined && StopTimeout !== 10 && { StopTimeout }),
    ...(Healthcheck && { Healthcheck: checkOf(Healthcheck) }),
  };
}

/** Without the times that podman fills in, which are those of Pouch, too. */
function checkOf({ Timeout, Retries, Interval, ...check }: Healthcheck): Healthcheck {
  return {
    ...check,
    ...(Interval !== 30e9 && { Interval }),
    ...(Timeout !== 30e9 && { Timeout }),
    ...(Retries !== 3 && { Retries }),
  };
}

function signalOf(signal: unknown): string {
  const number = Number(signal);
  const name = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return name ?? (typeof signal === 'string' ? signal : '');
}

const defaultPids = 2048;
/** Limits of files and processes that podman chooses. */
const chosenLimit = 1024 ** 2;

function hostConfigOf(host: HostConfig): HostConfig {
  const { Ulimits, PortBindings, PidsLimit, NanoCpus, Tmpfs, Privileged, Devices } = host;
  return {
    ...host,
    Ulimits: (Ulimits ?? [])
      .filter(({ Soft, Hard }) => Soft !== chosenLimit || Hard !== chosenLimit)
      .map(({ Name, ...limits }) => ({ ...limits, Name: Name.replace(/^RLIMIT_/, '').toLowerCase() })),
    // A port that is only exposed has no bindings.
    PortBindings: Object.fromEntries(Object.entries(PortBindings ?? {}).filter(([, ports]) => ports?.length)),
    ...(PidsLimit === defaultPids && { PidsLimit: 0 }),
    // It prints 0 for what is not set.
    ...(!host.MemorySwappiness && { MemorySwappiness: -1 }),
    ...(NanoCpus && { CpuPeriod: 0, CpuQuota: 0 }),
    Tmpfs: Object.fromEntries(Object.entries(Tmpfs ?? {}).map(([path, text]) => [path, tmpfsText(text)])),
    Devices: (Devices ?? []).map((device) => ({
      ...device,
      CgroupPermissions: device.CgroupPermissions || 'rwm',
    })),
    // Those that the host does not have.
    ...(Privileged && { CapDrop: [] }),
  };
}

const ofEveryMount = ['rw', 'rprivate', 'rbind'];

function tmpfsText(text: string): string {
  const filledIn = [...ofEveryMount, 'nosuid', 'nodev', 'tmpcopyup'];
  const options = text.split(',').filter((option) => option !== '' && !filledIn.includes(option));
  // Without a word, Pouch and Docker choose noexec.
  return (options.includes('noexec') ? options : [...options, 'exec']).join(',');
}

/** Volumes without a name of their own have 64 digits for one. */
function bindsOf({ Binds }: HostConfig): { binds: string[]; anonymous: string[] } {
  const all = (Binds ?? []).map((bind) => {
    const [source = '', target = '', options = ''] = bind.split(':');
    return { source, target, options: options.split(',') };
  });
  const isAnonymous = ({ source }: { source: string }) => /^[0-9a-f]{64}$/.test(source);
  return {
    anonymous: all.filter(isAnonymous).map(({ target }) => target),
    binds: all.filter((bind) => !isAnonymous(bind)).map(bindText),
  };
}

function bindText({
  source,
  target,
  options,
}: {
  source: string;
  target: string;
  options: string[];
}): string {
  // Pouch has no such options for volumes; podman gives them to each.
  const ofVolume = source.startsWith('/') ? [] : ['nosuid', 'nodev'];
  const own = options.filter((option) => option !== '' && ![...ofEveryMount, ...ofVolume].includes(option));
  return [source, target, ...(own.length > 0 ? [own.join(',')] : [])].join(':');
}
