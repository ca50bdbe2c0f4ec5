import type { PouchCommand } from '../PouchCommand.ts';
import { defaultDetachKeys } from '../parse/detachKeys.ts';

/** For options that may be given again and again. */
export function collect(value: string, previous: string[]): string[] {
  return [...previous, value];
}

/** Adds an option that collects its values. */
function list(command: PouchCommand, flags: string, description: string): PouchCommand {
  return command.option(flags, description, collect, []);
}

/** The options of `create`; `run` and `plan run` take them too. */
export function addCreateOptions(command: PouchCommand): void {
  addIdentity(command);
  addProcess(command);
  addRich(command);
  addFiles(command);
  addNetwork(command);
  addRights(command);
  addLimits(command);
  addLife(command);
}

function addIdentity(command: PouchCommand): void {
  command.optionsGroup('Identity:').option('--name <name>', 'name of the container (made up if missing)');
  list(command, '-l, --label <key=value>', 'set a label');
  list(command, '--label-file <file>', 'read labels from a file, one a line');
  list(command, '--annotation <key=value>', 'set an OCI annotation');
  command.option('--cidfile <file>', "write the container's id to a file that must not exist");
}

function addProcess(command: PouchCommand): void {
  command.optionsGroup('Process:');
  list(command, '-e, --env <name=value>', 'set a variable; a bare NAME takes its value from here');
  list(command, '--env-file <file>', 'read variables from a file, one a line');
  command
    .option('-w, --workdir <path>', 'working directory')
    .option('-u, --user <user[:group]>', 'user, as name or number');
  list(command, '--group-add <group>', 'add a supplementary group');
  command
    .option('--entrypoint <command>', "replace the image's entrypoint ('' clears it)")
    .option('-i, --interactive', 'keep stdin open')
    .option('-t, --tty', 'give it a terminal');
  list(command, '-a, --attach <stream>', 'connect only stdin, stdout or stderr');
  command
    .option('--init', 'run a small init as PID 1 that forwards signals and reaps')
    .option('--stop-signal <signal>', 'signal that asks it to stop')
    .option('--stop-timeout <seconds>', 'seconds between the stop signal and SIGKILL');
}

function addRich(command: PouchCommand): void {
  command
    .optionsGroup('Rich container:')
    .option('--rich', 'run it like a machine: with an init system and its services')
    .option('--rich-mode <mode>', 'its init: dumb-init, systemd, sbin-init, or what a plugin adds')
    .option('--initscript <script>', 'script to run in it before its command');
}

function addFiles(command: PouchCommand): void {
  command.optionsGroup('Files:');
  list(command, '-v, --volume <source:path[:opts]>', 'mount a host path or a named volume');
  list(command, '--mount <key=value,…>', 'mount, in the long form: type=bind|volume|tmpfs,source=…,target=…');
  list(command, '--tmpfs <path[:opts]>', 'mount a tmpfs');
  command
    .option('--read-only', 'make the root file system read-only')
    .option('--shm-size <size>', 'size of /dev/shm');
}

function addNetwork(command: PouchCommand): void {
  command.optionsGroup('Network:');
  list(command, '-p, --publish <[[addr:]port:]port[/proto]>', 'publish a port on the host');
  command.option('-P, --publish-all', 'publish every exposed port on a free one');
  list(command, '--expose <port[/proto]>', 'expose a port without publishing it');
  command
    .option('--network <network>', 'bridge, none, host, container:NAME, or a network')
    .option('--net <network>', 'same as --network');
  list(command, '--dns <address>', 'name server');
  list(command, '--dns-search <domain>', 'search domain');
  list(command, '--dns-option <option>', 'resolver option');
  list(command, '--add-host <name:address>', 'add a line to /etc/hosts');
  command
    .option('--ip <address>', 'fixed IPv4 address')
    .option('--mac-address <address>', 'fixed MAC address')
    .option('-h, --hostname <name>', 'host name')
    .option('--domainname <name>', 'NIS domain name');
}

function addRights(command: PouchCommand): void {
  command.optionsGroup('Rights and namespaces:');
  list(command, '--cap-add <capability>', 'add a capability (or ALL)');
  list(command, '--cap-drop <capability>', 'drop a capability (or ALL)');
  list(
    command,
    '--device <host[:path[:rwm]]>',
    'give it a device of the host, or one by CDI: VENDOR/CLASS=NAME',
  );
  list(command, '--device-cgroup-rule <rule>', 'allow devices by number: `c 1:3 rwm`');
  command.option('--privileged', 'give it every capability and device');
  list(
    command,
    '--security-opt <option>',
    'seccomp=FILE|unconfined, no-new-privileges, systempaths=unconfined, …',
  );
  command
    .option('--pid <mode>', 'PID namespace: host or container:NAME')
    .option('--ipc <mode>', 'IPC namespace: private, shareable, none, host or container:NAME')
    .option('--uts <mode>', 'UTS namespace: host')
    .option('--userns <mode>', 'users of its own: host, auto, auto:size=N or 0:HOSTID:SIZE')
    .option('--cgroupns <mode>', 'cgroup namespace: host or private');
}

function addLimits(command: PouchCommand): void {
  command
    .optionsGroup('Limits:')
    .option('-m, --memory <size>', 'memory')
    .option('--memory-swap <size>', 'memory and swap together; -1 for no limit of swap')
    .option('--memory-reservation <size>', 'memory it keeps when the host runs short')
    .option('--memory-swappiness <0-100>', 'how readily it is swapped')
    .option('--oom-kill-disable', 'do not kill it when it runs out of memory')
    .option('--oom-score-adj <number>', 'from -1000 (never kill) to 1000')
    .option('--cpus <number>', 'CPUs: 1.5')
    .option('--cpu-shares <weight>', 'weight when CPUs are short')
    .option('--cpu-quota <microseconds>', 'CPU time per period')
    .option('--cpu-period <microseconds>', 'length of a period')
    .option('--cpuset-cpus <list>', 'CPUs it may use: 0-2,4')
    .option('--cpuset-mems <list>', 'memory nodes it may use')
    .option('--pids-limit <number>', 'processes and threads; -1 for no limit')
    .option('--blkio-weight <10-1000>', 'weight of its disk access');
  list(command, '--blkio-weight-device <device:weight>', 'weight on one device');
  list(command, '--device-read-bps <device:rate>', 'bytes read a second: /dev/sda:1m');
  list(command, '--device-write-bps <device:rate>', 'bytes written a second');
  list(command, '--device-read-iops <device:rate>', 'reads a second');
  list(command, '--device-write-iops <device:rate>', 'writes a second');
  list(command, '--ulimit <name=soft[:hard]>', 'resource limit: nofile=1024:2048');
  list(command, '--sysctl <key=value>', 'kernel parameter of its namespaces');
  command
    .option('--cgroup-parent <path>', 'cgroup to put it under; a slice where systemd makes cgroups')
    .option('--rdt-class <name>', 'class of caches and memory bandwidth (Intel RDT)');
}

function addLife(command: PouchCommand): void {
  command
    .optionsGroup('Life, runtime, image:')
    .option('--rm', 'remove it when it has ended')
    .option('--restart <policy>', 'no, always, unless-stopped or on-failure[:MAX]')
    .option('--runtime <name>', 'OCI runtime')
    .option('--vm-of <container>', 'run it in the virtual machine of another container (kata)');
  list(command, '--kata-opt <key=value>', 'setting of kata: hypervisor.default_memory=4096');
  command.option('--log-driver <driver>', 'json-file or none');
  list(command, '--log-opt <key=value>', 'max-size=10m, max-file=3');
  command
    .option('--platform <os/arch>', 'platform of the image')
    .option('--pull <when>', 'pull the image: always, missing or never', 'missing')
    .option('-q, --quiet', 'no progress of a pull');
}

/** What only `run` has. */
export function addForegroundOptions(command: PouchCommand): void {
  command
    .optionsGroup('Foreground:')
    .option('-d, --detach', 'run it in the background and print its id')
    .option('--detach-keys <keys>', `keys that leave it running (${defaultDetachKeys})`)
    .option('--sig-proxy', 'hand signals on to it', true);
}
