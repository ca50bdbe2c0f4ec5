import {
  addInitScript,
  addSessionEnvironment,
  allowReboot,
  allowSandboxes,
  type ContainerDraft,
  type HostFacts,
  hostKeysScript,
  type PowerOrders,
  type ServiceCommand,
  serviceCommand,
  sessionEnvironment,
  unified,
} from '../../hooks/index.ts';
import { splitEnvironment } from './environment.ts';
import { supportsHybridCgroups } from './findInit.ts';
import { notifySocket, readinessProbe } from './readiness.ts';
import { serviceCommands } from './services.ts';
import { runDirectory, startScript } from './stdio.ts';
import {
  commandUnit,
  commandUnitName,
  enabledGetty,
  initScriptUnit,
  initScriptUnitName,
  lastTargetLimits,
  journalUnit,
  journalUnitName,
  wantedBy,
} from './units.ts';

/** Units in /run exist only while the container runs: /run is a tmpfs. */
const unitDirectory = '/run/systemd/system';

/** Images of `pouch image bootstrap` have a unit for them, which runs beside others. */
const hostKeys = `if [ ! -e /etc/systemd/system/ssh-host-keys.service ]; then
${hostKeysScript}fi
`;

/** SIGRTMIN+3: systemd powers off on it (systemd(1), "Signals"). */
const powerOffSignal = 'SIGRTMIN+3';

/** They start reboot.target and poweroff.target (systemd(1), "Signals"), also without D-Bus and logind. */
const powerSignals: PowerOrders = { reboot: { signal: 'SIGRTMIN+5' }, poweroff: { signal: 'SIGRTMIN+4' } };

/** Changes the draft so that systemd is PID 1 and the command is one of its units. */
export async function makeRich(draft: ContainerDraft, host: HostFacts, systemd: string): Promise<void> {
  const command = serviceCommand(draft);
  const script = await addInitScript(draft, `${runDirectory}/initscript`);
  addUnits(draft, command, script);
  await addMounts(draft, host);
  bootSystemd(draft, systemd, command);
  // Of a stop before the command has run.
  if (command?.endsContainer && draft.rich.exits?.['130']) draft.rich.exits['130'].whenStopped = 143;
  if (!command) draft.rich.init = systemd;
  if (draft.stop.signal === 'SIGTERM') draft.stop.signal = powerOffSignal;
}

function addUnits(draft: ContainerDraft, command: ServiceCommand | undefined, script: string): void {
  const units: Record<string, string> = {
    ...(script && { [initScriptUnitName]: initScriptUnit(draft, script) }),
    ...(command && { [commandUnitName]: commandUnit(draft, command) }),
  };
  for (const [name, content] of Object.entries(lastTargetLimits(draft)))
    addFile(draft, `${unitDirectory}/${name}`, content);
  addManagerSettings(draft);
  if (!draft.process.tty) addFile(draft, `${unitDirectory}/console-getty.service.d/pouch.conf`, enabledGetty);
  if (!draft.process.tty && !command?.endsContainer) addJournal(draft);
  const names = Object.keys(units);
  if (names.length === 0) return;
  for (const [name, content] of Object.entries(units)) addFile(draft, `${unitDirectory}/${name}`, content);
  addFile(draft, `${unitDirectory}/multi-user.target.d/pouch.conf`, wantedBy(names));
  // The command and the getty must not both read from the terminal; an empty unit is masked.
  if (draft.process.tty && command) addFile(draft, `${unitDirectory}/console-getty.service`, '');
}

/**
 * systemd kills services, and at its end the remaining processes, 90 s after SIGTERM by default. Its services have the
 * variables of the container, as if each of their units named them (systemd-system.conf(5)).
 */
function addManagerSettings(draft: ContainerDraft): void {
  const { timeoutSeconds } = draft.stop;
  const isShort = timeoutSeconds >= 0 && timeoutSeconds < 90;
  const { settings } = splitEnvironment(sessionEnvironment(draft));
  const lines = [
    ...(isShort ? [`DefaultTimeoutStopSec=${Math.max(1, timeoutSeconds)}`] : []),
    ...settings.map((line) => `Default${line}`),
  ];
  if (lines.length === 0) return;
  addFile(draft, '/run/systemd/system.conf.d/pouch.conf', `[Manager]\n${lines.join('\n')}\n`);
}

/** With a command that ends the container, its output is the container's only. */
function addJournal(draft: ContainerDraft): void {
  addFile(draft, `${unitDirectory}/${journalUnitName}`, journalUnit);
  addFile(draft, `${unitDirectory}/systemd-journald.service.d/pouch.conf`, wantedBy([journalUnitName]));
}

function addFile(draft: ContainerDraft, path: string, content: string, mode = 0o644): void {
  draft.files[path] = { content, mode, readonly: true };
}

/**
 * Adds the mounts that systemd expects of a container manager (systemd.io/CONTAINER_INTERFACE), unless the request
 * has them.
 */
async function addMounts(draft: ContainerDraft, host: HostFacts): Promise<void> {
  const tmpfs = (...options: string[]) => ({
    type: 'tmpfs',
    source: 'tmpfs',
    options: ['nosuid', 'nodev', ...options],
  });
  draft.mounts['/run'] ??= tmpfs('mode=755');
  draft.mounts['/run/lock'] ??= tmpfs('noexec', 'mode=1777', 'size=5242880');
  draft.mounts['/tmp'] ??= tmpfs('mode=1777');
  draft.namespaces.cgroup = '';
  if (host.cgroupVersion === '2') makeWritable(draft, '/sys/fs/cgroup');
  else draft.mounts['/sys/fs/cgroup/systemd'] = await ownHierarchy(draft, host);
}

/**
 * On cgroup v1 systemd only needs a hierarchy without limits: the hierarchies with limits stay read-only, so that a
 * rich container cannot remove its limits. The container's part of one is mounted writable: of v2 where the host has
 * it and systemd knows it, else of v1. v1 does not notify a container when a unit's cgroup becomes empty: systemd may
 * then miss that all processes of a service have ended, and waits TimeoutStopSec= before it restarts the service.
 */
async function ownHierarchy(
  draft: ContainerDraft,
  host: HostFacts,
): Promise<ContainerDraft['mounts'][string]> {
  const hierarchy =
    host.hybridCgroups && (await supportsHybridCgroups(draft.image)) ? unified : '/sys/fs/cgroup/systemd';
  return {
    type: 'bind',
    source: hierarchy + draft.cgroupsPath,
    options: ['rbind', 'rw', 'nosuid', 'noexec', 'nodev'],
  };
}

function makeWritable(draft: ContainerDraft, path: string): void {
  const mount = draft.mounts[path];
  if (mount) mount.options = mount.options.map((option) => (option === 'ro' ? 'rw' : option));
}

function bootSystemd(draft: ContainerDraft, systemd: string, command: ServiceCommand | undefined): void {
  const { process } = draft;
  // On a terminal its messages would mix with the command's output.
  process.command = command && process.tty ? ['--show-status=no', '--log-level=err'] : [];
  const environment = addSessionEnvironment(draft, `${runDirectory}/environment`);
  addFile(
    draft,
    `${runDirectory}/start`,
    startScript(draft, `${environment}\n${hostKeys}export NOTIFY_SOCKET=${notifySocket}`),
  );
  process.entrypoint = ['/bin/sh', `${runDirectory}/start`, systemd];
  process.user = '';
  process.groups = [];
  process.init = false;
  allowReboot(draft);
  allowSandboxes(draft);
  draft.rich.console ??= command?.endsContainer ? 'late' : 'journal';
  draft.rich.readiness ??= readinessProbe;
  draft.rich.services ??= serviceCommands;
  draft.rich.power ??= powerSignals;
  process.env['container'] = 'oci';
  // Becomes the machine-id if the image has none, so that each container has its own (machine-id(5)).
  process.env['container_uuid'] ??= draft.id.slice(0, 32);
}
