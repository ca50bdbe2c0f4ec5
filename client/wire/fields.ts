/** How users of the command and of the API write a field of the engine's request. */
export interface FieldNames {
  /**
   * Option or argument of `pouch` and `docker`; missing: they have none for it. `[]` is an entry's key; elements of a
   * list have no number there.
   */
  readonly option?: string | readonly string[];
  /** Member of a body, or parameter of a query; `[]` is an element's index or an entry's key. */
  readonly api: string | readonly string[];
  /** Options of `pouch` for entries whose keys have a prefix, which the user omits. */
  readonly prefixes?: Readonly<Record<string, string>>;
}

/**
 * Every field of a request that is not a limit, with its names; elements and what lies below them have those of their
 * list or map, unless they have their own.
 */
export const fields = {
  name: { option: '--name', api: 'name' },
  image: { option: 'IMAGE', api: 'Image' },
  profiles: { option: '--profile', api: 'Labels' },
  platform: { option: '--platform', api: 'platform' },
  entrypoint: { option: '--entrypoint', api: 'Entrypoint' },
  command: { option: 'COMMAND', api: 'Cmd' },
  env: { option: '--env', api: 'Env' },
  'env[]': { option: '--env []', api: 'Env' },
  cwd: { option: '--workdir', api: 'WorkingDir' },
  user: { option: '--user', api: 'User' },
  groups: { option: '--group-add', api: 'HostConfig.GroupAdd' },
  'groups[]': { option: '--group-add', api: 'HostConfig.GroupAdd[]' },
  hostname: { option: '--hostname', api: 'Hostname' },
  domainname: { option: '--domainname', api: 'Domainname' },
  labels: { option: '--label', api: 'Labels' },
  'labels[]': { option: '--label []', api: 'Labels[]' },
  annotations: { option: '--annotation', api: 'HostConfig.Annotations' },
  'annotations[]': {
    option: '--annotation []',
    api: 'HostConfig.Annotations[]',
    prefixes: {
      'io.katacontainers.config.': '--kata-opt',
      'io.katacontainers.': '--kata-opt',
    },
  },
  tty: { option: '--tty', api: 'Tty' },
  openStdin: { option: '--interactive', api: 'OpenStdin' },
  stdinOnce: { api: 'StdinOnce' },
  consoleSize: { api: 'HostConfig.ConsoleSize' },
  volumes: {
    option: ['--volume', '--mount', '--tmpfs'],
    api: ['HostConfig.Binds', 'HostConfig.Mounts', 'HostConfig.Tmpfs'],
  },
  volumeDriver: { option: '--volume-driver', api: 'HostConfig.VolumeDriver' },
  readonlyRootfs: { option: '--read-only', api: 'HostConfig.ReadonlyRootfs' },
  capAdd: { option: '--cap-add', api: 'HostConfig.CapAdd' },
  'capAdd[]': { option: '--cap-add', api: 'HostConfig.CapAdd[]' },
  capDrop: { option: '--cap-drop', api: 'HostConfig.CapDrop' },
  'capDrop[]': { option: '--cap-drop', api: 'HostConfig.CapDrop[]' },
  devices: { option: '--device', api: 'HostConfig.Devices' },
  'devices[]': { option: '--device', api: 'HostConfig.Devices[]' },
  'devices[].host': { option: '--device', api: 'HostConfig.Devices[].PathOnHost' },
  'devices[].path': { option: '--device', api: 'HostConfig.Devices[].PathInContainer' },
  'devices[].access': { option: '--device', api: 'HostConfig.Devices[].CgroupPermissions' },
  cdiDevices: { option: '--device', api: 'HostConfig.DeviceRequests' },
  deviceCgroupRules: { option: '--device-cgroup-rule', api: 'HostConfig.DeviceCgroupRules' },
  'deviceCgroupRules[]': { option: '--device-cgroup-rule', api: 'HostConfig.DeviceCgroupRules[]' },
  privileged: { option: '--privileged', api: 'HostConfig.Privileged' },
  securityOpt: { option: '--security-opt', api: 'HostConfig.SecurityOpt' },
  'securityOpt[]': { option: '--security-opt', api: 'HostConfig.SecurityOpt[]' },
  maskedPaths: { api: 'HostConfig.MaskedPaths' },
  'maskedPaths[]': { api: 'HostConfig.MaskedPaths[]' },
  readonlyPaths: { api: 'HostConfig.ReadonlyPaths' },
  'readonlyPaths[]': { api: 'HostConfig.ReadonlyPaths[]' },
  ulimits: { option: '--ulimit', api: 'HostConfig.Ulimits' },
  'ulimits[]': { option: '--ulimit []', api: 'HostConfig.Ulimits[]' },
  sysctls: { option: '--sysctl', api: 'HostConfig.Sysctls' },
  'sysctls[]': { option: '--sysctl []', api: 'HostConfig.Sysctls[]' },
  resources: { api: 'HostConfig' },
  restart: { option: '--restart', api: 'HostConfig.RestartPolicy' },
  'restart.name': { option: '--restart', api: 'HostConfig.RestartPolicy.Name' },
  'restart.maximumRetryCount': { option: '--restart', api: 'HostConfig.RestartPolicy.MaximumRetryCount' },
  boot: { option: '--boot-order', api: 'BootOrder' },
  'boot.order': { option: '--boot-order', api: 'BootOrder' },
  'boot.delaySeconds': { option: '--boot-delay', api: 'BootDelay' },
  log: { option: '--log-driver', api: 'HostConfig.LogConfig' },
  'log.driver': { option: '--log-driver', api: 'HostConfig.LogConfig.Type' },
  'log.options': { option: '--log-opt', api: 'HostConfig.LogConfig.Config' },
  'log.options[]': { option: '--log-opt []', api: 'HostConfig.LogConfig.Config[]' },
  network: { option: '--network', api: 'HostConfig.NetworkMode' },
  'network.mode': { option: '--network', api: 'HostConfig.NetworkMode' },
  'network.ports': { option: '--publish', api: 'HostConfig.PortBindings' },
  'network.publishAll': { option: '--publish-all', api: 'HostConfig.PublishAllPorts' },
  'network.exposed': { option: '--expose', api: 'ExposedPorts' },
  'network.dns': { option: '--dns', api: 'HostConfig.Dns' },
  'network.dns[]': { option: '--dns', api: 'HostConfig.Dns[]' },
  'network.dnsSearch': { option: '--dns-search', api: 'HostConfig.DnsSearch' },
  'network.dnsSearch[]': { option: '--dns-search', api: 'HostConfig.DnsSearch[]' },
  'network.dnsOptions': { option: '--dns-option', api: 'HostConfig.DnsOptions' },
  'network.dnsOptions[]': { option: '--dns-option', api: 'HostConfig.DnsOptions[]' },
  'network.extraHosts': { option: '--add-host', api: 'HostConfig.ExtraHosts' },
  'network.extraHosts[]': { option: '--add-host []', api: 'HostConfig.ExtraHosts' },
  'network.ip': { option: '--ip', api: 'NetworkingConfig.EndpointsConfig[].IPAMConfig.IPv4Address' },
  'network.mac': { option: '--mac-address', api: 'MacAddress' },
  stopSignal: { option: '--stop-signal', api: 'StopSignal' },
  stopTimeout: { option: '--stop-timeout', api: 'StopTimeout' },
  init: { option: '--init', api: 'HostConfig.Init' },
  autoRemove: { option: '--rm', api: 'HostConfig.AutoRemove' },
  pidMode: { option: '--pid', api: 'HostConfig.PidMode' },
  ipcMode: { option: '--ipc', api: 'HostConfig.IpcMode' },
  utsMode: { option: '--uts', api: 'HostConfig.UTSMode' },
  cgroupnsMode: { option: '--cgroupns', api: 'HostConfig.CgroupnsMode' },
  usernsMode: { option: '--userns', api: 'HostConfig.UsernsMode' },
  cgroupParent: { option: '--cgroup-parent', api: 'HostConfig.CgroupParent' },
  rdtClass: { option: '--rdt-class', api: 'HostConfig.RdtClass' },
  shmSize: { option: '--shm-size', api: 'HostConfig.ShmSize' },
  oomScoreAdj: { option: '--oom-score-adj', api: 'HostConfig.OomScoreAdj' },
  runtime: { option: '--runtime', api: 'HostConfig.Runtime' },
  vmOf: { option: '--vm-of', api: 'HostConfig.VmOf' },
  secretEnv: { option: '--secret-env', api: 'SecretEnv' },
  rich: { option: '--rich', api: 'Rich' },
  'rich.enabled': { option: '--rich', api: 'Rich' },
  'rich.mode': { option: '--rich-mode', api: 'RichMode' },
  'rich.restartAfterPoweroff': { option: '--restart-after-poweroff', api: 'RestartAfterPoweroff' },
  'rich.supervised': { option: '--rich-service', api: 'RichServices' },
  'rich.initScript': { option: '--initscript', api: 'InitScript' },
  'rich.initArgs': { option: '--initscript-arg', api: 'InitArgs' },
  'rich.initCommands': { option: '--initcmd', api: 'InitCommands' },
  'rich.initTimeout': { option: '--init-timeout', api: 'InitTimeout' },
  firstBoot: { option: '--user-data', api: 'UserData' },
  'firstBoot.sshKeys': { option: '--ssh-key', api: 'SshKeys' },
  'firstBoot.timezone': { option: '--timezone', api: 'Timezone' },
  'firstBoot.userData': { option: '--user-data', api: 'UserData' },
  'firstBoot.metaData': { option: '--meta-data', api: 'MetaData' },
  'firstBoot.networkConfig': { option: '--network-config', api: 'NetworkConfig' },
  // Of exec, where a container has no such field.
  args: { option: 'COMMAND', api: 'Cmd' },
  login: { api: 'Login' },
  stdin: { option: '--interactive', api: 'AttachStdin' },
  stdout: { api: 'AttachStdout' },
  stderr: { api: 'AttachStderr' },
  // Of rm and of checkpoints.
  force: { option: '--force', api: 'force' },
  leaveRunning: { option: '--leave-running', api: 'Exit: false' },
} as const satisfies Record<string, FieldNames>;

/** Returns the long form of an option: `-m, --memory <size>` → `--memory`. */
export function longOption(flags: string): string {
  return /--[a-z-]+/.exec(flags)?.[0] ?? flags;
}
