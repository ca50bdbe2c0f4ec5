/** The options of `create`, `run` and `plan run`: the command line, completion and profiles derive from them. */
import { detachKeysHelp } from './detachKeys.ts';
import { networkFields } from './networks.ts';
import { limitEntries } from '../wire.ts';

export interface RunOption {
  /** As commander takes them: `-m, --memory <size>`. */
  readonly flags: string;
  readonly help: string;
  /** Whether it can be given several times. */
  readonly list?: boolean;
  /** Of a list: its values are keys and values with this between them. */
  readonly pairs?: '=' | ':';
  /** Of a list: a value may be `KEY=VALUE,…` with these keys, in YAML a map. */
  readonly fields?: readonly string[];
  readonly standard?: string | boolean;
  /** Why profiles do not take it; missing: they do. */
  readonly refused?: string;
}

export interface OptionGroup {
  readonly title: string;
  readonly options: readonly RunOption[];
}

const limitOptions: readonly RunOption[] = limitEntries.map(([, { option, help, value }]) => ({
  flags: option,
  help,
  list: value === 'bytesPerSecond' || value === 'operationsPerSecond' || value === 'weights',
}));

/** Options of `create`; `run` and `plan run` have them too. */
export const createOptions: readonly OptionGroup[] = [
  {
    title: 'Identity:',
    options: [
      {
        flags: '--name <name>',
        help: 'Assign a name to the container (default generated)',
        refused: 'a name belongs to one container',
      },
      {
        flags: '--profile <name>',
        help: 'Apply a profile of the daemon; the options given here and later profiles take precedence',
        list: true,
        refused: 'profiles do not nest',
      },
      { flags: '-l, --label <key=value>', help: 'Set meta data on a container', list: true, pairs: '=' },
      {
        flags: '--label-file <file>',
        help: 'Read in a line delimited file of labels',
        list: true,
        refused: 'write its lines as `label`',
      },
      {
        flags: '--annotation <key=value>',
        help: 'Add an annotation to the container (passed through to the OCI runtime)',
        list: true,
        pairs: '=',
      },
      {
        flags: '--specific-id <id>',
        help: 'Create the container with this ID of 64 hex digits',
        refused: 'an ID belongs to one container',
      },
      {
        flags: '--cidfile <file>',
        help: 'Write the container ID to the file, which must not exist',
        refused: 'it is a file of one `pouch run`',
      },
    ],
  },
  {
    title: 'Process:',
    options: [
      {
        flags: '-e, --env <name=value>',
        help: 'Set environment variables; a bare NAME takes its value from the current environment',
        list: true,
        pairs: '=',
      },
      {
        flags: '--env-file <file>',
        help: 'Read in a file of environment variables',
        list: true,
        refused: 'write its lines as `env`',
      },
      {
        flags: '--secret-env <name=value>',
        help: 'As --env, and masked in plans, explain, logs, errors and events; a bare NAME keeps the value off the command line',
        list: true,
        pairs: '=',
      },
      {
        flags: '--secret-env-file <file>',
        help: 'As --env-file, and masked as by --secret-env',
        list: true,
        refused: 'write its lines as `secret-env`',
      },
      { flags: '-w, --workdir <path>', help: 'Working directory inside the container' },
      { flags: '-u, --user <user[:group]>', help: 'Username or UID' },
      { flags: '--group-add <group>', help: 'Add additional groups to join', list: true },
      {
        flags: '--entrypoint <command>',
        help: "Overwrite the default ENTRYPOINT of the image ('' clears it)",
      },
      {
        flags: '-i, --interactive',
        help: 'Keep STDIN open even if not attached',
        refused: 'it is about the terminal of one `pouch run`',
      },
      {
        flags: '-t, --tty',
        help: 'Allocate a pseudo-TTY',
        refused: 'it is about the terminal of one `pouch run`',
      },
      {
        flags: '-a, --attach <stream>',
        help: 'Attach to STDIN, STDOUT or STDERR',
        list: true,
        refused: 'it is about the terminal of one `pouch run`',
      },
      { flags: '--init', help: 'Run an init inside the container that forwards signals and reaps processes' },
      { flags: '--stop-signal <signal>', help: 'Signal to stop the container' },
      { flags: '--stop-timeout <seconds>', help: 'Timeout (in seconds) to stop a container' },
    ],
  },
  {
    title: 'Health check:',
    options: [
      {
        flags: '--health-cmd <command>',
        help: 'Command to run to check health, a line of a shell or a JSON list of words',
      },
      { flags: '--health-interval <duration>', help: 'Time between running the check (default 30s)' },
      { flags: '--health-timeout <duration>', help: 'Maximum time to allow one check to run (default 30s)' },
      {
        flags: '--health-start-period <duration>',
        help: 'Start period for the container to initialize before failures count (default 0s)',
      },
      {
        flags: '--health-start-interval <duration>',
        help: 'Time between running the check during the start period (default 5s, at most the interval)',
      },
      {
        flags: '--health-retries <number>',
        help: 'Consecutive failures needed to report unhealthy (default 3)',
      },
      {
        flags: '--health-on-failure <action>',
        help: 'What to do once it is unhealthy: none, kill, restart or stop (default none)',
      },
      { flags: '--no-healthcheck', help: "Disable the image's health check" },
    ],
  },
  {
    title: 'Rich container:',
    options: [
      { flags: '--rich', help: 'Run a rich container: with an init system and services, like a VM' },
      {
        flags: '--rich-mode <mode>',
        help: 'Mode of a rich container: systemd, sbin-init, dumb-init, or another that `pouch rich ls` lists',
      },
      {
        flags: '--initscript <script>',
        help: 'Script to run in a rich container before its command: path in it, text, or @FILE',
      },
      {
        flags: '--initscript-arg <argument>',
        help: 'Argument of that script',
        list: true,
      },
      {
        flags: '--initcmd <line>',
        help: 'Line of shell to run in a rich container after the script, before its command',
        list: true,
      },
      {
        flags: '--init-timeout <seconds>',
        help: 'Seconds for the script and the lines together; 0 means unlimited (default 600)',
      },
      {
        flags: '--rich-service <name[=command]>',
        help: 'Service to run beside the command of a rich container; sshd, cron and syslog need no command',
        list: true,
      },
      {
        flags: '--rich-service-after <name=other,…>',
        help: 'Services that are up before a service starts',
        list: true,
      },
      {
        flags: '--rich-service-health <name=command>',
        help: 'Command that succeeds while a service works',
        list: true,
      },
      {
        flags: '--restart-after-poweroff',
        help: 'Start a rich container again also after a power-off inside',
      },
      {
        flags: '--nested',
        help: 'Let Docker and Podman run inside, in the user namespace of the container',
      },
    ],
  },
  {
    title: 'First start:',
    options: [
      {
        flags: '--ssh-key <[user:]key>',
        help: 'Public ssh key for a user of the container: the key, or a file that has it (PATH or @PATH)',
        list: true,
      },
      { flags: '--ssh-user <user>', help: 'User of the keys that name none (default "root")' },
      { flags: '--ssh-port <port>', help: "Port that the image's sshd listens on, in place of 22" },
      {
        flags: '--timezone <zone>',
        help: "Time zone of the container, such as Europe/Berlin; local is the host's",
      },
      {
        flags: '--user-data <file>',
        help: 'File with user data (#cloud-config): users, keys, files, commands, …',
      },
      { flags: '--meta-data <file>', help: 'File with meta data, for an image that has cloud-init' },
      {
        flags: '--network-config <file>',
        help: 'File with a network configuration, for an image that has cloud-init',
      },
    ],
  },
  {
    title: 'Files:',
    options: [
      {
        flags: '-v, --volume <source:path[:opts]>',
        help: 'Bind mount a volume; dr: fill an empty host directory from the image',
        list: true,
      },
      {
        flags: '--mount <key=value,…>',
        help: 'Attach a filesystem mount to the container: type=bind|volume|tmpfs,source=…,target=…',
        list: true,
      },
      {
        flags: '--volumes-from <container[:ro|rw]>',
        help: 'Mount volumes from the specified container(s)',
        list: true,
      },
      { flags: '--volume-driver <name>', help: 'Volume driver of the volumes that do not exist' },
      { flags: '--tmpfs <path[:opts]>', help: 'Mount a tmpfs directory', list: true },
      { flags: '--read-only', help: "Mount the container's root filesystem as read only" },
      { flags: '--shm-size <size>', help: 'Size of /dev/shm' },
      { flags: '--disk-quota <size>', help: "Limit what the container's root filesystem can hold" },
      {
        flags: '--storage-opt <key=value>',
        help: 'Storage driver options for the container: size=SIZE, as --disk-quota',
        list: true,
        pairs: '=',
      },
    ],
  },
  {
    title: 'Network:',
    options: [
      {
        flags: '-p, --publish <[[addr:]port:]port[/proto]>',
        help: "Publish a container's port(s) to the host",
        list: true,
      },
      { flags: '-P, --publish-all', help: 'Publish all exposed ports to random ports' },
      { flags: '--expose <port[/proto]>', help: 'Expose a port or a range of ports', list: true },
      {
        flags: '--network <network>',
        help: 'Connect a container to a network: bridge, none, host, container:NAME, a name, or name=NAME,alias=…,ip=…; once per network',
        list: true,
        fields: networkFields,
      },
      { flags: '--net <network>', help: 'Same as --network', list: true, fields: networkFields },
      { flags: '--link <container[:alias]>', help: 'Add a name for another container', list: true },
      { flags: '--network-alias <name>', help: 'Add a name of the container in the network', list: true },
      { flags: '--dns <address>', help: 'Set custom DNS servers', list: true },
      { flags: '--dns-search <domain>', help: 'Set custom DNS search domains', list: true },
      { flags: '--dns-option <option>', help: 'Set DNS options', list: true },
      { flags: '--add-host <name:address>', help: 'Add a custom host-to-IP mapping', list: true, pairs: ':' },
      {
        flags: '--ip <address>',
        help: 'IPv4 address (e.g., 172.30.100.104)',
        refused: 'an address belongs to one container',
      },
      {
        flags: '--ip6 <address>',
        help: 'IPv6 address (e.g., 2001:db8::33)',
        refused: 'an address belongs to one container',
      },
      {
        flags: '--mac-address <address>',
        help: 'Container MAC address (e.g., 92:d0:c6:0a:29:33)',
        refused: 'an address belongs to one container',
      },
      {
        flags: '--disable-network-files',
        help: 'Leave /etc/hostname, /etc/hosts and /etc/resolv.conf of the image alone',
      },
      { flags: '--net-priority <number>', help: 'Priority of the network (refused: Pouch sets none)' },
      { flags: '-h, --hostname <name>', help: 'Container host name' },
      { flags: '--domainname <name>', help: 'Container NIS domain name' },
    ],
  },
  {
    title: 'Rights and namespaces:',
    options: [
      { flags: '--cap-add <capability>', help: 'Add Linux capabilities (or ALL)', list: true },
      { flags: '--cap-drop <capability>', help: 'Drop Linux capabilities (or ALL)', list: true },
      {
        flags: '--device <host[:path[:rwm]]>',
        help: 'Add a host device to the container, or a CDI device: VENDOR/CLASS=NAME',
        list: true,
      },
      {
        flags: '--gpus <gpus>',
        help: 'Add NVIDIA GPUs by their CDI devices: all, a NUMBER, or device=0,1',
      },
      {
        flags: '--device-cgroup-rule <rule>',
        help: 'Add a rule to the cgroup allowed devices list: `c 1:3 rwm`',
        list: true,
      },
      { flags: '--privileged', help: 'Give extended privileges to this container' },
      {
        flags: '--security-opt <option>',
        help: 'Security options: seccomp=FILE|unconfined, no-new-privileges, systempaths=unconfined, …',
        list: true,
      },
      { flags: '--pid <mode>', help: 'PID namespace to use: host or container:NAME' },
      { flags: '--ipc <mode>', help: 'IPC mode to use: private, shareable, none, host or container:NAME' },
      { flags: '--uts <mode>', help: 'UTS namespace to use: host' },
      { flags: '--userns <mode>', help: 'User namespace to use: host, auto, auto:size=N or 0:HOSTID:SIZE' },
      { flags: '--cgroupns <mode>', help: 'Cgroup namespace to use: host or private' },
    ],
  },
  {
    title: 'Limits:',
    options: [
      ...limitOptions,
      { flags: '--oom-score-adj <number>', help: "Tune host's OOM preferences (-1000 to 1000)" },
      {
        flags: '--kernel-memory <size>',
        help: 'Kernel memory limit (deprecated: it has no effect)',
      },
      {
        flags: '--ulimit <name=soft[:hard]>',
        help: 'Ulimit options: nofile=1024:2048',
        list: true,
        pairs: '=',
      },
      { flags: '--sysctl <key=value>', help: 'Sysctl options', list: true, pairs: '=' },
      {
        flags: '--cgroup-parent <path>',
        help: 'Optional parent cgroup for the container; a slice if systemd manages cgroups',
      },
      { flags: '--rdt-class <name>', help: 'Class of service for caches and memory bandwidth (Intel RDT)' },
    ],
  },
  {
    title: 'Life, runtime, image:',
    options: [
      {
        flags: '--rm',
        help: 'Automatically remove the container and its associated anonymous volumes when it exits',
        refused: 'whether a container is kept is a choice of each run',
      },
      {
        flags: '--restart <policy>',
        help: 'Restart policy to apply when a container exits: no, always, unless-stopped or on-failure[:MAX]',
      },
      {
        flags: '--boot-order <number>',
        help: 'After a boot of the host, start once containers of a lower number are up (default 0)',
      },
      {
        flags: '--boot-delay <seconds>',
        help: 'After a boot of the host, wait before this container starts',
      },
      { flags: '--runtime <name>', help: 'Runtime to use for this container' },
      {
        flags: '--vm-of <container>',
        help: 'Run in the VM of another container (kata)',
        refused: 'it names one running container',
      },
      {
        flags: '--kata-opt <key=value>',
        help: 'Kata configuration: hypervisor.default_memory=4096',
        list: true,
        pairs: '=',
      },
      {
        flags: '--log-driver <driver>',
        help: 'Logging driver for the container: json-file, local, none, syslog, journald, or one of a plugin',
      },
      {
        flags: '--log-opt <key=value>',
        help: 'Log driver options: max-size=10m, max-file=3, compress=true, and those of the driver',
        list: true,
        pairs: '=',
      },
      {
        flags: '--platform <os/arch>',
        help: 'Set platform if server is multi-platform capable',
        refused: 'the image is chosen before profiles apply',
      },
      {
        flags: '--pull <when>',
        help: 'Pull image before running: always, missing or never',
        standard: 'missing',
        refused: 'the image is chosen before profiles apply',
      },
      {
        flags: '-q, --quiet',
        help: 'Suppress the pull output',
        refused: 'it is about the output of one `pouch run`',
      },
    ],
  },
];

/** Options of `run` and `plan run` only. */
export const foregroundOptions: OptionGroup = {
  title: 'Foreground:',
  options: [
    {
      flags: '-d, --detach',
      help: 'Run container in background and print container ID',
      refused: 'it is about the terminal of one `pouch run`',
    },
    {
      flags: '--wait',
      help: 'With -d: wait until the rich container has booted; fails if a unit has failed',
      refused: 'it is about one `pouch run`',
    },
    {
      flags: '--wait-timeout <seconds>',
      help: 'Seconds that --wait waits at most (default: 300)',
      refused: 'it is about one `pouch run`',
    },
    {
      flags: '--detach-keys <keys>',
      help: detachKeysHelp,
      refused: 'it is about the terminal of one `pouch run`',
    },
    {
      flags: '--sig-proxy',
      help: 'Proxy received signals to the process',
      standard: true,
      refused: 'it is about the terminal of one `pouch run`',
    },
  ],
};

/** The name of an option without its dashes: `-m, --memory <size>` → `memory`. */
export function wordOf({ flags }: RunOption): string {
  return /--([a-z][a-z0-9-]*)/.exec(flags)?.[1] ?? '';
}

/** Commander's name of its value: `cpu-shares` → `cpuShares`. */
export function attributeOf(word: string): string {
  return word.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
