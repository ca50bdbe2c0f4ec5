import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { PouchError } from '../../../hooks/index.ts';
import { runCommand, type CommandOutcome } from '../command.ts';
import type { CniAttachment } from './types.ts';

export type CniCommand = 'ADD' | 'DEL';

/**
 * Runs one plugin with the parameters of the CNI spec, section 2: the command and the attachment in the environment,
 * the configuration on stdin, the result on stdout.
 * @throws PCH_CNI_PLUGIN_MISSING, PCH_CNI_FAILED
 */
export async function executePlugin(
  command: CniCommand,
  config: { type: string },
  attachment: CniAttachment,
  signal?: AbortSignal,
): Promise<string> {
  const file = await findPlugin(config.type, attachment.binDirs);
  const outcome = await runCommand(file, [], {
    input: JSON.stringify(config),
    env: environmentOf(command, attachment),
    ...(signal && { signal }),
  });
  if (outcome.exitCode !== 0) throw failure(command, config.type, attachment, outcome);
  return outcome.stdout;
}

function environmentOf(command: CniCommand, attachment: CniAttachment): Record<string, string> {
  const { ip, mac } = attachment;
  const fixed = [ip && `IP=${ip}`, mac && `MAC=${mac}`].filter(Boolean);
  return {
    CNI_COMMAND: command,
    CNI_CONTAINERID: attachment.containerId,
    CNI_NETNS: attachment.netns,
    CNI_IFNAME: attachment.interface,
    CNI_PATH: attachment.binDirs.join(':'),
    CNI_ARGS: ['IgnoreUnknown=1', ...fixed].join(';'),
  };
}

/** @throws PCH_CNI_PLUGIN_MISSING */
export async function findPlugin(type: string, binDirs: string[]): Promise<string> {
  for (const directory of binDirs) {
    const file = join(directory, type);
    if (await isExecutable(file)) return file;
  }
  throw new PouchError('PCH_CNI_PLUGIN_MISSING', `CNI plugin "${type}" not found in ${binDirs.join(', ')}`, {
    hint: 'install it (Debian: apt-get install containernetworking-plugins) or set network.binDir in pouchd.yaml',
  });
}

function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}

function failure(
  command: CniCommand,
  type: string,
  attachment: CniAttachment,
  outcome: CommandOutcome,
): PouchError {
  const message = pluginMessage(outcome);
  return new PouchError('PCH_CNI_FAILED', `CNI plugin "${type}" failed at ${command}: ${message}`, {
    container: attachment.containerId,
    hint: hintFor(message),
  });
}

/**
 * Returns the message of the spec's error object `{ code, msg, details }` if the plugin printed one, else its output.
 */
function pluginMessage({ stdout, stderr, exitCode }: CommandOutcome): string {
  try {
    const { msg, details } = JSON.parse(stdout) as { msg?: string; details?: string };
    if (msg) return details ? `${msg} (${details})` : msg;
  } catch {
    // Not JSON: the plugin died before it could report an error.
  }
  return (
    stderr.trim() || stdout.trim() || (exitCode === -1 ? 'it did not exit in time' : `exit code ${exitCode}`)
  );
}

function hintFor(message: string): string {
  if (message.endsWith('vlan: operation not supported'))
    return 'the kernel has no interfaces of the kind ipvlan or macvlan: load its module, or use the driver bridge';
  if (message.includes('iptables'))
    return 'install iptables (Debian: apt-get install iptables) and check its rules';
  if (message.includes('no IP addresses available')) {
    return 'all addresses of network.subnet are in use: remove containers or set a larger subnet';
  }
  if (message.includes('IP address different from')) {
    return 'the bridge belongs to another network: set network.bridge and network.subnet in pouchd.yaml';
  }
  return 'the message comes from the plugin; check `ip addr` and `iptables-save`';
}
