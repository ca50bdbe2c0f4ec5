import type { PouchCommand } from '../PouchCommand.ts';
import { detachKeysHelp } from '../parse/detachKeys.ts';
import { collect } from './collect.ts';
import { addLimitOptions } from './limitConfig.ts';

/** Adds a repeatable option. */
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
  command
    .optionsGroup('Identity:')
    .option('--name <name>', 'Assign a name to the container (default generated)');
  list(command, '-l, --label <key=value>', 'Set meta data on a container');
  list(command, '--label-file <file>', 'Read in a line delimited file of labels');
  list(
    command,
    '--annotation <key=value>',
    'Add an annotation to the container (passed through to the OCI runtime)',
  );
  command.option('--cidfile <file>', 'Write the container ID to the file, which must not exist');
}

function addProcess(command: PouchCommand): void {
  command.optionsGroup('Process:');
  list(
    command,
    '-e, --env <name=value>',
    'Set environment variables; a bare NAME takes its value from the current environment',
  );
  list(command, '--env-file <file>', 'Read in a file of environment variables');
  list(
    command,
    '--secret-env <name=value>',
    'As --env, and masked in plans, explain, logs, errors and events; a bare NAME keeps the value off the command line',
  );
  command
    .option('-w, --workdir <path>', 'Working directory inside the container')
    .option('-u, --user <user[:group]>', 'Username or UID');
  list(command, '--group-add <group>', 'Add additional groups to join');
  command
    .option('--entrypoint <command>', "Overwrite the default ENTRYPOINT of the image ('' clears it)")
    .option('-i, --interactive', 'Keep STDIN open even if not attached')
    .option('-t, --tty', 'Allocate a pseudo-TTY');
  list(command, '-a, --attach <stream>', 'Attach to STDIN, STDOUT or STDERR');
  command
    .option('--init', 'Run an init inside the container that forwards signals and reaps processes')
    .option('--stop-signal <signal>', 'Signal to stop the container')
    .option('--stop-timeout <seconds>', 'Timeout (in seconds) to stop a container');
}

function addRich(command: PouchCommand): void {
  command
    .optionsGroup('Rich container:')
    .option('--rich', 'Run a rich container: with an init system and services, like a VM')
    .option(
      '--rich-mode <mode>',
      "Init system of a rich container: dumb-init, systemd, sbin-init, or a plugin's mode",
    )
    .option('--initscript <script>', 'Script to run in a rich container before its command');
}

function addFiles(command: PouchCommand): void {
  command.optionsGroup('Files:');
  list(command, '-v, --volume <source:path[:opts]>', 'Bind mount a volume');
  list(
    command,
    '--mount <key=value,…>',
    'Attach a filesystem mount to the container: type=bind|volume|tmpfs,source=…,target=…',
  );
  list(command, '--tmpfs <path[:opts]>', 'Mount a tmpfs directory');
  command
    .option('--read-only', "Mount the container's root filesystem as read only")
    .option('--shm-size <size>', 'Size of /dev/shm');
}

function addNetwork(command: PouchCommand): void {
  command.optionsGroup('Network:');
  list(command, '-p, --publish <[[addr:]port:]port[/proto]>', "Publish a container's port(s) to the host");
  command.option('-P, --publish-all', 'Publish all exposed ports to random ports');
  list(command, '--expose <port[/proto]>', 'Expose a port or a range of ports');
  command
    .option(
      '--network <network>',
      'Connect a container to a network: bridge, none, host, container:NAME, or a name',
    )
    .option('--net <network>', 'Same as --network');
  list(command, '--dns <address>', 'Set custom DNS servers');
  list(command, '--dns-search <domain>', 'Set custom DNS search domains');
  list(command, '--dns-option <option>', 'Set DNS options');
  list(command, '--add-host <name:address>', 'Add a custom host-to-IP mapping');
  command
    .option('--ip <address>', 'IPv4 address (e.g., 172.30.100.104)')
    .option('--mac-address <address>', 'Container MAC address (e.g., 92:d0:c6:0a:29:33)')
    .option('-h, --hostname <name>', 'Container host name')
    .option('--domainname <name>', 'Container NIS domain name');
}

function addRights(command: PouchCommand): void {
  command.optionsGroup('Rights and namespaces:');
  list(command, '--cap-add <capability>', 'Add Linux capabilities (or ALL)');
  list(command, '--cap-drop <capability>', 'Drop Linux capabilities (or ALL)');
  list(
    command,
    '--device <host[:path[:rwm]]>',
    'Add a host device to the container, or a CDI device: VENDOR/CLASS=NAME',
  );
  list(command, '--device-cgroup-rule <rule>', 'Add a rule to the cgroup allowed devices list: `c 1:3 rwm`');
  command.option('--privileged', 'Give extended privileges to this container');
  list(
    command,
    '--security-opt <option>',
    'Security options: seccomp=FILE|unconfined, no-new-privileges, systempaths=unconfined, …',
  );
  command
    .option('--pid <mode>', 'PID namespace to use: host or container:NAME')
    .option('--ipc <mode>', 'IPC mode to use: private, shareable, none, host or container:NAME')
    .option('--uts <mode>', 'UTS namespace to use: host')
    .option('--userns <mode>', 'User namespace to use: host, auto, auto:size=N or 0:HOSTID:SIZE')
    .option('--cgroupns <mode>', 'Cgroup namespace to use: host or private');
}

function addLimits(command: PouchCommand): void {
  command.optionsGroup('Limits:');
  addLimitOptions(command, { live: false });
  command.option('--oom-score-adj <number>', "Tune host's OOM preferences (-1000 to 1000)");
  list(command, '--blkio-weight-device <device:weight>', 'Block IO weight (relative device weight)');
  list(command, '--ulimit <name=soft[:hard]>', 'Ulimit options: nofile=1024:2048');
  list(command, '--sysctl <key=value>', 'Sysctl options');
  command
    .option(
      '--cgroup-parent <path>',
      'Optional parent cgroup for the container; a slice if systemd manages cgroups',
    )
    .option('--rdt-class <name>', 'Class of service for caches and memory bandwidth (Intel RDT)');
}

function addLife(command: PouchCommand): void {
  command
    .optionsGroup('Life, runtime, image:')
    .option('--rm', 'Automatically remove the container and its associated anonymous volumes when it exits')
    .option(
      '--restart <policy>',
      'Restart policy to apply when a container exits: no, always, unless-stopped or on-failure[:MAX]',
    )
    .option('--runtime <name>', 'Runtime to use for this container')
    .option('--vm-of <container>', 'Run in the VM of another container (kata)');
  list(command, '--kata-opt <key=value>', 'Kata configuration: hypervisor.default_memory=4096');
  command.option('--log-driver <driver>', 'Logging driver for the container: json-file or none');
  list(command, '--log-opt <key=value>', 'Log driver options: max-size=10m, max-file=3');
  command
    .option('--platform <os/arch>', 'Set platform if server is multi-platform capable')
    .option('--pull <when>', 'Pull image before running: always, missing or never', 'missing')
    .option('-q, --quiet', 'Suppress the pull output');
}

/** Adds the options of `run` only. */
export function addForegroundOptions(command: PouchCommand): void {
  command
    .optionsGroup('Foreground:')
    .option('-d, --detach', 'Run container in background and print container ID')
    .option('--detach-keys <keys>', detachKeysHelp)
    .option('--sig-proxy', 'Proxy received signals to the process', true);
}
