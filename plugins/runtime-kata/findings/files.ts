/** Checks the files that a configuration names: hypervisor, guest kernel, guest image, file sharing daemon. */
import { join } from 'node:path';
import type { RuntimeFinding } from '../../../hooks/index.ts';
import type { KataConfig } from '../config/load.ts';
import { sharesByDaemon, textIn } from '../config/values.ts';
import type { Host } from '../host.ts';
import { bad, good } from './finding.ts';
import { installKata } from './install.ts';
import type { FindingName } from './names.ts';

export async function fileFindings(host: Host, config: KataConfig): Promise<RuntimeFinding[]> {
  const { hypervisor } = config;
  const inProcess = config.hypervisorName === 'dragonball';
  return [
    inProcess
      ? good('hypervisor', 'dragonball is part of the shim')
      : await executable(host, 'hypervisor', config, 'path'),
    await file(host, 'kernel', config, ['kernel']),
    imageAndInitrd(config) ?? (await file(host, 'image', config, ['image', 'initrd'])),
    ...(sharesByDaemon(config) && textIn(hypervisor, 'virtio_fs_daemon')
      ? [await executable(host, 'virtiofsd', config, 'virtio_fs_daemon')]
      : []),
  ];
}

async function isExecutable({ files, root }: Host, path: string): Promise<boolean> {
  const found = await files.look(join(root, path));
  return found !== undefined && found.kind !== 'directory' && (found.mode & 0o111) !== 0;
}

/** Kata accepts only one of them (katautils/config.go: "having both an image and an initrd … is not supported"). */
function imageAndInitrd({ path, hypervisorName, hypervisor }: KataConfig): RuntimeFinding | undefined {
  if (!textIn(hypervisor, 'image') || !textIn(hypervisor, 'initrd')) return undefined;
  return bad(
    'image',
    `${path} names both an image and an initrd, which kata does not support`,
    `remove image or initrd from [hypervisor.${hypervisorName}] of ${path}`,
  );
}

async function executable(
  host: Host,
  name: FindingName,
  { path: file, hypervisorName, hypervisor }: KataConfig,
  key: string,
): Promise<RuntimeFinding> {
  const path = textIn(hypervisor, key);
  if (path && (await isExecutable(host, path))) return good(name, path);
  const found = path ? `${path} does not exist or is not executable` : `${file} names none`;
  return bad(name, found, `${installKata}; or set ${key} in [hypervisor.${hypervisorName}] of ${file}`);
}

async function file(
  host: Host,
  name: FindingName,
  { path: configFile, hypervisorName, hypervisor }: KataConfig,
  keys: readonly string[],
): Promise<RuntimeFinding> {
  const path = keys.map((key) => textIn(hypervisor, key)).find(Boolean);
  if (path && (await host.files.look(join(host.root, path)))) return good(name, path);
  const found = path ? `${path} does not exist` : `${configFile} names none`;
  const setting = keys.join(' or ');
  return bad(
    name,
    found,
    `${installKata}; or set ${setting} in [hypervisor.${hypervisorName}] of ${configFile}`,
  );
}
