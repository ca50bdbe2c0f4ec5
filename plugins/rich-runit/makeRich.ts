import {
  addCommandProgram,
  addExitFile,
  addRunMounts,
  bootInit,
  type ContainerDraft,
  powerCommands,
  type ServiceCommand,
  serviceCommand,
  streamsDirectory,
} from '../../hooks/index.ts';
import type { RunitInit } from './findInit.ts';
import { isBooting, readinessProbe } from './readiness.ts';
import { serviceCommands } from './services.ts';

/**
 * runit runs this on SIGINT, and then stops if it may (runit(8)): distributions wait for some seconds, so that a user
 * at the keyboard can change his mind. Its files are on /run in Debian and Void.
 */
const stopPath = '/etc/runit/ctrlaltdel';
const stopScript = `#!/bin/sh
for directory in /run/runit. /run/runit/ /etc/runit/; do
  [ ! -e "\${directory}reboot" ] || chmod 0 "\${directory}reboot"
  [ ! -e "\${directory}stopit" ] || chmod 100 "\${directory}stopit"
done
`;

/** Changes the draft so that runit is PID 1 and the command is one of its services. */
export async function makeRich(draft: ContainerDraft, { path, services }: RunitInit): Promise<void> {
  const command = serviceCommand(draft);
  addRunMounts(draft);
  draft.files[stopPath] = { content: stopScript, mode: 0o755, readonly: true };
  if (command) addService(draft, command, services);
  else draft.rich.init = path;
  await bootInit(draft, { init: [path], keepsStreams: true });
  draft.rich.readiness ??= readinessProbe(services);
  draft.rich.services ??= serviceCommands(services);
  draft.rich.power ??= powerCommands;
  if (draft.stop.signal === 'SIGTERM') draft.stop.signal = 'SIGINT';
}

/** Its directory is a tmpfs: runit keeps its state there. */
function addService(draft: ContainerDraft, command: ServiceCommand, services: string): void {
  const directory = `${services}/pouch-command`;
  const program = addCommandProgram(draft, command);
  draft.mounts[directory] ??= { type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'mode=755'] };
  const add = (name: string, content: string) => {
    draft.files[`${directory}/${name}`] = { content: `#!/bin/sh\n${content}\n`, mode: 0o755, readonly: true };
  };
  const streams = ['<stdin', '>stdout', '2>stderr'].map((word) =>
    word.replace(/\w+$/, (name) => `${streamsDirectory}/${name}`),
  );
  add('run', `exec ${program} ${streams.join(' ')}`);
  add('finish', `sv down ${directory}\n${command.endsContainer ? end(addExitFile(draft)) : ''}`);
}

/**
 * Notes the exit code (runsv(8): the first argument, or -1 and in the second one the signal), and has runit stop, once
 * it has booted. In stage 3 it does so already.
 */
const end = (exitPath: string) => `code=$1
[ "$code" -ge 0 ] || code=$((128 + $2 % 128))
for file in /proc/[0-9]*/comm; do
  read -r name 2>/dev/null <"$file" || continue
  [ "$name" != 3 ] || { echo "$code stopped" >${exitPath}; exit; }
done
echo "$code " >${exitPath}
${isBooting}
(
  tries=0
  while is_booting && [ $tries -lt 150 ]; do sleep 0.2; tries=$((tries + 1)); done
  ${stopPath}
  kill -CONT 1
) &`;
