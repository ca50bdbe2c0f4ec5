import { text } from 'node:stream/consumers';
import type { Examined } from '../examine/finding.ts';
import type { FileKind, FileTree } from '../examine/FileTree.ts';
import { loadDirectory } from '../examine/loadDirectory.ts';
import { maxContentBytes } from '../examine/wantedContent.ts';
import { toolOutput } from '../sources/toolOutput.ts';
import { remoteCommand } from './remoteCommand.ts';
import { type Copy, rsync } from './rsync.ts';
import { openStaging } from '../staging.ts';

/** Rules of rsync for the files whose content an examination wants; all others stay where they are. */
const wanted = [
  ...['/etc/***', '/usr/', '/usr/lib/', '/usr/lib/os-release', '/var/', '/var/spool/', '/var/spool/cron/***'],
  ...['/root/', '/root/.ssh/', '/root/.ssh/authorized_keys', '/home/', '/home/*/', '/home/*/.ssh/'],
  '/home/*/.ssh/authorized_keys',
];

/** Programs whose header says for which processor they are. */
const programs = ['bin', 'usr/bin'].flatMap((directory) => [
  '/usr/',
  `/${directory}/`,
  ...['dash', 'bash', 'busybox'].map((name) => `/${directory}/${name}`),
]);

/** Reads the names of a running host, the files that an examination wants, and the ports on which it listens. */
export async function loadHost(copy: Copy): Promise<Examined> {
  const staging = await openStaging(undefined);
  try {
    await fetch(copy, staging.path, [`--max-size=${maxContentBytes}`], wanted);
    await fetch(copy, staging.path, ['--max-size=4m'], programs);
    const tree = await loadDirectory(staging.path);
    const list = await toolOutput(rsync(copy, ['--list-only', '--no-human-readable', '--8-bit-output']));
    for (const line of (await text(list)).split('\n')) addListed(tree, line);
    const sockets = await remoteCommand(copy.target, 'ss -Hlntu 2>/dev/null || true');
    const listening = listeningPorts(sockets);
    return { tree, ...(listening.length > 0 && { live: { listening } }) };
  } finally {
    await staging.remove();
  }
}

/** rsync takes the first rule that matches: the default excludes come first. */
async function fetch(copy: Copy, to: string, options: string[], includes: readonly string[]): Promise<void> {
  const rules = [
    ...copy.excludes.map((pattern) => `--exclude=${pattern}`),
    ...includes.map((pattern) => `--include=${pattern}`),
    '--exclude=*',
  ];
  const output = await toolOutput(rsync({ ...copy, excludes: [] }, [...options, ...rules], to));
  await text(output);
}

const kinds: Record<string, FileKind> = {
  d: 'directory',
  l: 'symlink',
  '-': 'file',
  c: 'device',
  b: 'device',
};

/** Adds a line of `rsync --list-only`: `-rw-r--r-- 1234 2026/01/31 23:59:59 etc/passwd`. */
export function addListed(tree: FileTree, line: string): void {
  const match = /^(.)([rwxsStT-]{9})\S?\s+(\d+)\s+\S+\s+\S+\s(.+)$/.exec(line);
  const [, type = '', rights = '', size = '0', shown = ''] = match ?? [];
  const [name = '', link] = type === 'l' ? shown.split(' -> ') : [shown];
  if (!match || name === '.' || tree.lookAt(`/${name}`)?.content !== undefined) return;
  tree.add(`/${name}`, {
    kind: kinds[type] ?? 'other',
    mode: modeOf(rights),
    size: Number(size),
    ...(link !== undefined && { link }),
  });
}

function modeOf(rights: string): number {
  const bits = [...rights].reduce((mode, letter) => mode * 2 + (/[rwxst]/.test(letter) ? 1 : 0), 0);
  const special = [
    [2, 0o4000],
    [5, 0o2000],
    [8, 0o1000],
  ] as const;
  return special.reduce((mode, [at, bit]) => (/[sStT]/.test(rights[at]!) ? mode | bit : mode), bits);
}

/** Ports of `ss -Hlntu`, without those of the loopback: `tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:*`. */
export function listeningPorts(sockets: string): string[] {
  const found = sockets.split('\n').flatMap((line) => {
    const [protocol = '', , , , local = ''] = line.trim().split(/\s+/);
    const [, address = '', port = ''] = /^(.*):(\d+)$/.exec(local) ?? [];
    if (port === '' || /^(127\.|\[::1\]|::1)/.test(address)) return [];
    return [protocol === 'udp' ? `${port}/udp` : port];
  });
  return [...new Set(found)];
}
