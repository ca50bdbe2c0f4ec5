import type { ContainerSummary, PortSummary } from '../../client/index.ts';
import { ago, humanDuration, humanSize } from '../output/units.ts';

/** Returns the fields of a container in `ps`, with Docker's names. */
export function containerRow(container: ContainerSummary, truncate: boolean) {
  const command = container.Command;
  return {
    ID: truncate ? container.Id.slice(0, 12) : container.Id,
    Image: shortImage(container.Image, truncate),
    Command: `"${truncate && command.length > 20 ? `${command.slice(0, 19)}…` : command}"`,
    CreatedAt: new Date(container.Created * 1000).toISOString(),
    RunningFor: ago(container.Created),
    Status: container.Status,
    State: container.State,
    Ports: formatPorts(container.Ports ?? []),
    Names: container.Names.map((name) => name.replace(/^\//, '')).join(','),
    Labels: Object.entries(container.Labels ?? {})
      .map(([key, value]) => `${key}=${value}`)
      .join(','),
    Mounts: (container.Mounts ?? []).map((mount) => mount.Name || mount.Source).join(','),
    Networks: Object.keys(container.NetworkSettings?.Networks ?? {}).join(','),
    Size: container.SizeRw === undefined ? '' : sizes(container),
    Rich: container.Rich ?? false,
    RichMode: container.RichMode ?? '',
    Runtime: container.Runtime ?? '',
    Degraded: container.Degraded ?? false,
    ...richCells(container),
  };
}

/** The columns of `ps --rich`. */
function richCells({ Readiness, State, StartedAt, NetworkSettings }: ContainerSummary) {
  const endpoints = Object.values(NetworkSettings?.Networks ?? {});
  const addresses = endpoints.flatMap(({ IPAddress, GlobalIPv6Address }) => [IPAddress, GlobalIPv6Address]);
  return {
    Readiness: Readiness?.State ?? State,
    FailedUnits: (Readiness?.FailedUnits ?? []).join(','),
    Users: Readiness?.Users === undefined ? '' : String(Readiness.Users),
    Addresses: addresses.filter(Boolean).join(','),
    Uptime: StartedAt === undefined ? '' : humanDuration(Math.max(0, Date.now() / 1000 - StartedAt)),
  };
}

function shortImage(image: string, truncate: boolean): string {
  return truncate && image.startsWith('sha256:')
    ? image.slice('sha256:'.length, 'sha256:'.length + 12)
    : image;
}

function sizes({ SizeRw = 0, SizeRootFs = 0 }: ContainerSummary): string {
  return `${humanSize(SizeRw)} (virtual ${humanSize(SizeRootFs)})`;
}

/** `0.0.0.0:8080->80/tcp, 443/tcp`. */
function formatPorts(ports: PortSummary[]): string {
  return [...ports]
    .sort((a, b) => a.PrivatePort - b.PrivatePort)
    .map(({ IP, PrivatePort, PublicPort, Type }) => {
      const inside = `${PrivatePort}/${Type}`;
      return PublicPort === undefined ? inside : `${hostAddress(IP)}:${PublicPort}->${inside}`;
    })
    .join(', ');
}

function hostAddress(ip = '0.0.0.0'): string {
  return ip.includes(':') ? `[${ip}]` : ip;
}
