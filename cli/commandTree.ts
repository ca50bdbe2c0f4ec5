import type { CommandEntry } from './commandEntry.ts';
import { containerCommands } from './tree/containers.ts';
import { imageCommands } from './tree/images.ts';
import { volumeCommands } from './tree/volumes.ts';
import { networkCommands } from './tree/networks.ts';
import { agentCommands } from './tree/hostAgent.ts';
import { daemonCommands } from './tree/daemon.ts';

/** Every command of `pouch`, in the order of the overview. */
export const commandTree: CommandEntry[] = [
  ...inGroup('Containers:', containerCommands),
  ...inGroup('Images:', imageCommands),
  ...inGroup('Volumes:', volumeCommands),
  ...inGroup('Networks:', networkCommands),
  ...inGroup('Host agent:', agentCommands),
  ...inGroup('Plans and the daemon:', daemonCommands),
];

function inGroup(group: string, entries: readonly CommandEntry[]): CommandEntry[] {
  return entries.map((entry) => ({ ...entry, group }));
}
