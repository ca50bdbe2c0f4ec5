import {
  addCommandProgram,
  bootInit,
  type ContainerDraft,
  field,
  type HostFacts,
  PouchError,
  powerCommands,
  serviceCommand,
} from '../../hooks/index.ts';
import { readinessProbe } from './readiness.ts';
import { serviceCommands } from './serviceCommands.ts';
import type { Service } from './services.ts';
import { busyboxPath, programsDirectory, stateDirectory, supervisor } from './supervisor.ts';

/** Changes the draft so that the supervisor runs under a small init, with the services and the command. */
export async function makeRich(draft: ContainerDraft, host: HostFacts, services: Service[]): Promise<void> {
  if (host.initPath === undefined || host.busyboxPath === undefined) throw noPrograms(draft, host);
  const command = serviceCommand(draft);
  const program = command ? [busyboxPath, 'sh', addCommandProgram(draft, command)] : [];
  const addFile = (path: string, content: string) => {
    draft.files[path] = { content, mode: 0o700, readonly: true };
  };
  addFile(supervisorPath, supervisor);
  addFile(servicesPath, definitions(services));
  draft.mounts[busyboxPath] = {
    type: 'bind',
    source: host.busyboxPath,
    options: ['bind', 'ro', 'nosuid', 'nodev'],
  };
  for (const path of [programsDirectory, stateDirectory])
    draft.mounts[path] ??= { type: 'tmpfs', source: 'tmpfs', options: ['nosuid', 'nodev', 'mode=755'] };
  await bootInit(draft, {
    shell: [busyboxPath, 'sh'],
    init: [busyboxPath, 'sh', supervisorPath, String(secondsToStop(draft)), ...program],
    first: `${busyboxPath} --install -s ${programsDirectory}\nexport PATH="$PATH:${programsDirectory}"`,
    before: `. ${servicesPath}`,
  });
  draft.process.init = true;
  if (!command) draft.rich.init = 'supervised';
  draft.rich.readiness ??= readinessProbe;
  draft.rich.services ??= serviceCommands;
  draft.rich.power ??= powerCommands;
  await addCommands(draft);
}

const supervisorPath = '/.pouch/supervise';
const servicesPath = '/.pouch/services';

/** The supervisor kills the rest before the engine does. */
function secondsToStop({ stop: { timeoutSeconds } }: ContainerDraft): number {
  return timeoutSeconds < 0 ? 90 : Math.max(1, timeoutSeconds - 5);
}

/** Lines of shell that write the services to the directory of their state. */
function definitions(services: readonly Service[]): string {
  const write = (path: string, content: string) =>
    `cat >${stateDirectory}/${path} <<'${endOfText}'\n${content}\n${endOfText}`;
  const lines = services.flatMap(({ name, command, after, health }) => [
    `mkdir -p ${stateDirectory}/${name}`,
    write(`${name}/run`, command),
    write(`${name}/after`, after.join(' ')),
    ...(health ? [write(`${name}/health`, health)] : []),
  ]);
  return `${[...lines, write('order', services.map(({ name }) => name).join('\n'))].join('\n')}\n`;
}

const endOfText = 'END-OF-POUCH-TEXT';

/** Without a command of the image, these end the container as a host would. */
async function addCommands({ files, image }: ContainerDraft): Promise<void> {
  for (const name of ['reboot', 'poweroff', 'halt']) {
    const path = `/sbin/${name}`;
    if (await image.stat(path)) continue;
    const ending = name === 'reboot' ? name : 'poweroff';
    const content = `#!${busyboxPath} sh\necho ${ending} >${stateDirectory}/ending\nkill -TERM "$(cat ${stateDirectory}/supervisor)"\n`;
    files[path] = { content, mode: 0o755, readonly: true };
  }
}

function noPrograms(draft: ContainerDraft, { initPath }: HostFacts): PouchError {
  const [program, paths, packageName] = initPath
    ? ['busybox', '/bin/busybox', 'busybox-static']
    : ['init', '/usr/bin/tini-static or catatonit', 'tini'];
  return new PouchError(
    'PCH_INIT_NOT_FOUND',
    `rich mode supervised of ${draft.name}: expected a static ${program} on this host (${paths}), found none`,
    {
      field: 'rich.mode',
      hint: `install one (Debian: apt-get install ${packageName}), or use an image with an init and another ${field('rich.mode')}`,
    },
  );
}
