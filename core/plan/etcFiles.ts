/** /etc/hostname, /etc/hosts and /etc/resolv.conf of a container. */
import { readFile, readlink } from 'node:fs/promises';
import type { ContainerDraft, DraftFile } from '../../hooks/draft.ts';
import type { NetworkAttachment } from '../../hooks/engine.ts';

export const etcPaths = { hostname: '/etc/hostname', hosts: '/etc/hosts', resolvConf: '/etc/resolv.conf' };

/** systemd-resolved's file with the real name servers, for hosts whose /etc/resolv.conf names only its stub. */
const resolvedFile = '/run/systemd/resolve/resolv.conf';

export interface HostFiles {
  hosts: string;
  resolvConf: string;
  /** Name of the host's time zone; missing: it has none. */
  timezone?: string;
}

export async function readHostFiles(): Promise<HostFiles> {
  const [hosts, resolvConf, resolved] = await Promise.all(
    ['/etc/hosts', '/etc/resolv.conf', resolvedFile].map((path) => readFile(path, 'utf8').catch(() => '')),
  );
  const timezone = await hostTimezone();
  return {
    hosts: hosts!,
    resolvConf: onlyLoopback(resolvConf!) && resolved ? resolved : resolvConf!,
    ...(timezone !== undefined && { timezone }),
  };
}

/** As localtime(5) has it, or /etc/timezone of Debian, where /etc/localtime is a copy. */
async function hostTimezone(): Promise<string | undefined> {
  const link = await readlink('/etc/localtime').catch(() => '');
  const [, zone] = /\/zoneinfo\/(.+)$/.exec(link) ?? [];
  const text = zone ?? (await readFile('/etc/timezone', 'utf8').catch(() => '')).trim();
  return text === '' ? undefined : text;
}

/**
 * Adds the files that neither the request nor a plugin has put a mount or a file in the place of. Those of a rich
 * container are its own, if Pouch can write into its root file system.
 */
export function addEtcFiles(
  draft: ContainerDraft,
  host: HostFiles,
  { defaults, isWritable }: { defaults: DnsDefaults; isWritable: boolean },
): void {
  if (draft.network.request.withoutFiles) return;
  const isOwn = draft.rich.enabled && isWritable;
  const add = (path: string, content: string, own: NonNullable<DraftFile['own']>) => {
    const file = { content, mode: 0o644, readonly: false, ...(isOwn && { own }) };
    if (!draft.mounts[path]) draft.files[path] ??= file;
  };
  add(etcPaths.hostname, `${draft.hostname}\n`, 'once');
  add(etcPaths.hosts, hostsFile(draft, host, []), 'lines');
  add(etcPaths.resolvConf, resolvConf(draft, host, defaults), 'freshLines');
}

export interface DnsDefaults {
  dns: readonly string[];
  dnsSearch: readonly string[];
  dnsOptions: readonly string[];
}

/** A container that another one is linked to. */
export interface LinkedHost {
  readonly ip: string;
  readonly names: readonly string[];
}

/** The container's names point to its addresses; without one (network none) to loopback. */
export function hostsFile(
  draft: Pick<ContainerDraft, 'hostname' | 'domainname' | 'extraHosts' | 'namespaces'>,
  host: Pick<HostFiles, 'hosts'>,
  attachments: NetworkAttachment[],
  linked: readonly LinkedHost[] = [],
): string {
  const extra = [
    ...Object.entries(draft.extraHosts).map(([name, ip]) => `${ip}\t${name}`),
    ...linked.map(({ ip, names }) => `${ip}\t${names.join(' ')}`),
  ];
  if (draft.namespaces.network === undefined) return [host.hosts.trimEnd(), ...extra, ''].join('\n');
  const names = draft.domainname ? `${draft.hostname}.${draft.domainname} ${draft.hostname}` : draft.hostname;
  const own = attachments.flatMap(({ ip, ip6 }) =>
    [ip, ip6].flatMap((one) => (one ? [`${one}\t${names}`] : [])),
  );
  return [
    '127.0.0.1\tlocalhost',
    '::1\tlocalhost ip6-localhost ip6-loopback',
    'fe00::0\tip6-localnet',
    'ff02::1\tip6-allnodes',
    'ff02::2\tip6-allrouters',
    ...(own.length > 0 ? own : [`127.0.1.1\t${names}`]),
    ...extra,
    '',
  ].join('\n');
}

/** resolv.conf(5): the request's servers, else those of pouchd.yaml, else the host's. */
function resolvConf(draft: ContainerDraft, host: HostFiles, defaults: DnsDefaults): string {
  const { network } = draft;
  const asked = (own: string[], standard: readonly string[]) => (own.length > 0 ? own : standard);
  const dns = asked(network.dns, defaults.dns);
  const search = asked(network.dnsSearch, defaults.dnsSearch);
  const options = asked(network.dnsOptions, defaults.dnsOptions);
  if (dns.length + search.length + options.length === 0) return containerView(draft, host.resolvConf);
  return [
    ...searchLines(search, host),
    ...(dns.length > 0 ? dns.map((server) => `nameserver ${server}`) : hostLines(host, 'nameserver')),
    ...(options.length > 0 ? [`options ${options.join(' ')}`] : hostLines(host, 'options')),
    '',
  ].join('\n');
}

/** The host's loopback is not the container's, unless they share a network namespace. */
function containerView(draft: ContainerDraft, text: string): string {
  if (draft.namespaces.network === undefined) return text;
  return text
    .split('\n')
    .filter((line) => !/^nameserver\s+(127\.|::1)/.test(line))
    .join('\n');
}

/** As with Docker, `.` alone stands for no domain, not even those of the host. */
function searchLines(search: readonly string[], host: HostFiles): string[] {
  if (search.length === 0) return hostLines(host, 'search');
  return search.join(' ') === '.' ? [] : [`search ${search.join(' ')}`];
}

function hostLines(host: HostFiles, keyword: string): string[] {
  return host.resolvConf.split('\n').filter((line) => line.startsWith(`${keyword} `));
}

function onlyLoopback(text: string): boolean {
  const servers = text.split('\n').filter((line) => line.startsWith('nameserver'));
  return servers.length > 0 && servers.every((line) => /^nameserver\s+(127\.|::1)/.test(line));
}
