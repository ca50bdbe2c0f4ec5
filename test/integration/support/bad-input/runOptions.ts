/** Options of `pouch run` with a value that cannot be: refused before anything is made. */
import type { ErrorCode } from '../../../../hooks/errors.ts';
import { type CommandRow, words } from './rows.ts';

const base = ['run', '--rm', '--pull', 'never'];
type Words = string | readonly string[];

/** Without a network of its own choice it has none: that is quicker than a bridge. */
function quick(given: Words): string[] {
  const options = words(given);
  return [...base, ...(options.includes('--network') ? [] : ['--network', 'none']), ...options];
}

/** Options for `busybox true`. */
function option(bad: Words, right: Words, says: RegExp, code: ErrorCode = 'PCH_OPTION_INVALID'): CommandRow {
  const full = (options: Words) => [...quick(options), 'busybox', 'true'];
  return { bad: full(bad), right: full(right), says, code, exit: 125 };
}

/** Image and command. */
function call(bad: Words, right: Words, exit: number, code: ErrorCode, says: RegExp): CommandRow {
  return { bad: quick(bad), right: quick(right), exit, code, says };
}

export const images: CommandRow[] = [
  call('nosuch true', 'busybox true', 125, 'PCH_IMAGE_NOT_FOUND', /No such image: nosuch/),
  call('BusyBox true', 'busybox true', 125, 'PCH_REFERENCE_INVALID', /upper-case/),
  call('busy:box:x true', 'busybox:latest true', 125, 'PCH_REFERENCE_INVALID', /invalid reference format/),
  call('busybox@sha256:12 true', 'busybox true', 125, 'PCH_REFERENCE_INVALID', /invalid digest/),
  call(
    '--platform linux/arm64 busybox true',
    '--platform linux/amd64 busybox true',
    125,
    'PCH_PLATFORM_NOT_FOUND',
    /does not exist for linux\/arm64/,
  ),
  call('--platform a/b/c/d busybox true', 'busybox true', 125, 'PCH_OPTION_INVALID', /invalid platform/),
  call('--pull sometimes busybox true', 'busybox true', 125, 'PCH_OPTION_INVALID', /--pull/),
];

export const commands: CommandRow[] = [
  call('busybox nosuch', 'busybox true', 127, 'PCH_COMMAND_NOT_FOUND', /"nosuch"/),
  call('busybox /bin/nosuch', 'busybox /bin/true', 127, 'PCH_COMMAND_NOT_FOUND', /"\/bin\/nosuch"/),
  call('busybox /bin', 'busybox /bin/true', 126, 'PCH_COMMAND_NOT_EXECUTABLE', /"\/bin"/),
  call('busybox /etc/passwd', 'busybox true', 126, 'PCH_COMMAND_NOT_EXECUTABLE', /"\/etc\/passwd"/),
  call(
    '--entrypoint /nosuch busybox',
    '--entrypoint /bin/true busybox',
    127,
    'PCH_COMMAND_NOT_FOUND',
    /\/nosuch/,
  ),
];

export const flags: CommandRow[] = [
  option('--bogus', '', /unknown option '--bogus'/),
  option('-Z', '', /unknown option '-Z'/),
  option('-t -i', '', /the input device is not a TTY/),
  option('-a bogus', '-a stdout', /stdin, stdout or stderr/),
  option('--detach-keys bogus-x', '--detach-keys ctrl-a', /--detach-keys/),
  option('--restart sometimes', '--restart no', /--restart/),
  option('--restart always', '', /--rm and --restart exclude/),
  option('--stop-signal BOGUS', '--stop-signal SIGINT', /no signal is named "BOGUS"/),
  option('--stop-signal 99', '--stop-signal 9', /no signal is named "99"/),
  option('--stop-timeout soon', '--stop-timeout 5', /--stop-timeout/),
  option(
    '--health-cmd x --health-interval 1us',
    '--health-cmd x --health-interval 1s',
    /cannot be less than 1ms/,
  ),
  option('--health-cmd x --health-timeout 5', '--health-cmd x --health-timeout 5s', /--health-timeout/),
  option('--health-cmd x --health-retries -1', '--health-cmd x --health-retries 1', /--health-retries/),
  option('--health-cmd x --no-healthcheck', '--no-healthcheck', /--no-healthcheck conflicts/),
  option('--health-on-failure kill', '--health-cmd x --health-on-failure kill', /expected a health check/),
  option('--health-cmd x --health-on-failure bogus', '--health-cmd x --health-on-failure stop', /none, kill/),
  option('--specific-id 12ab', `--specific-id ${'12ab'.repeat(16)}`, /--specific-id: expected 64 hex digits/),
  option('--net-priority 5', '', /--net-priority is not supported/, 'PCH_NOT_SUPPORTED'),
  option('--kernel-memory 1k', '--kernel-memory 64m', /--kernel-memory: expected at least 6 MiB/),
  option('--blkio-weight-device /dev/null:500', '', /--blkio-weight-device: a block device was expected/),
  option('--cpu-rt-runtime 9 --cpu-rt-period 5', '', /--cpu-rt-runtime: expected at most the period/),
  option('--runtime bogus', '--runtime runc', /no runtime is named "bogus"/, 'PCH_RUNTIME_NOT_FOUND'),
  option('--log-driver bogus', '--log-driver none', /no log driver is named "bogus"/),
  option('--log-opt bogus=1', '--log-opt max-size=1m', /no log option is named "bogus"/),
  option('--log-opt max-size=lots', '--log-opt max-size=10m', /max-size/),
  option('--log-opt max-file=0', '--log-opt max-size=1m --log-opt max-file=2', /max-file/),
  option('--cidfile /etc/passwd', '', /cannot create "\/etc\/passwd": file exists/),
  option('--rich-mode systemd', '', /only for rich containers/),
  option('--initscript x', '', /only for rich containers/),
  option('--rich --rich-mode bogus', '', /no active plugin provides the rich mode "bogus"/),
  option(
    '--rich --rich-mode systemd',
    '',
    /expected \S*systemd .* in the image .*, found neither/,
    'PCH_INIT_NOT_FOUND',
  ),
];

export const limits: CommandRow[] = [
  option('--memory 1k', '--memory 64m', /at least 6 MiB/),
  option('--memory lots', '--memory 64m', /a size such as 512m/),
  option('--memory -5', '--memory 64m', /a size such as 512m/),
  option('--memory 16m --memory-swap 8m', '--memory 16m --memory-swap -1', /--memory-swap: /),
  option('--cpus two', '--cpus 0.5', /--cpus/),
  option('--cpus 99999', '--cpus 1', /--cpus: expected at most the host's/),
  option('--cpuset-cpus 9000', '--cpuset-cpus 0', /the host has 0/),
  option('--cpuset-cpus x', '--cpuset-cpus 0', /--cpuset-cpus: expected a list such as/),
  option('--cpuset-mems 77', '--cpuset-mems 0', /the host has 0/),
  option('--cpu-period 1', '--cpu-period 100000', /--cpu-period: /),
  option('--pids-limit many', '--pids-limit 20', /--pids-limit/),
  option('--blkio-weight 5', '', /--blkio-weight: /),
  option('--device-read-bps /dev/nosuch:1m', '', /block device was expected at \/dev\/nosuch; found nothing/),
  option('--device-write-iops /dev/null:10', '', /block device was expected at \/dev\/null/),
  option('--ulimit nofile', '--ulimit nofile=100', /--ulimit/),
  option('--ulimit bogus=1', '--ulimit nofile=100', /--ulimit/),
  option('--ulimit nofile=200:100', '--ulimit nofile=100:200', /--ulimit: expected a soft limit/),
  option('--shm-size lots', '--shm-size 8m', /--shm-size/),
  option('--oom-score-adj 5000', '--oom-score-adj 500', /--oom-score-adj/),
  option('--sysctl x', '--sysctl net.ipv4.ip_forward=1', /KEY=VALUE/),
  option('--sysctl kernel.hostname=x', '--hostname x', /--hostname/),
  option('--sysctl vm.swappiness=1', '--sysctl kernel.msgmax=65536', /would change the host/),
  option('--network host --sysctl net.ipv4.ip_forward=1', '--network none', /shares its network namespace/),
  option('--cgroup-parent ../rel', '', /--cgroup-parent/),
  option('--cgroup-parent batch.slice', '', /a slice of systemd, and pouchd makes cgroups by itself/),
  option('--rdt-class a/b', '', /--rdt-class: expected a name/),
];

export const rights: CommandRow[] = [
  option('--cap-add BOGUS', '--cap-add NET_ADMIN', /no capability is named "BOGUS"/),
  option('--cap-drop BOGUS', '--cap-drop NET_RAW', /no capability is named "BOGUS"/),
  option('--device /dev/nosuch', '--device /dev/null:/dev/nosuch', /found nothing/),
  option('--device /etc/passwd', '--device /dev/zero', /--device: .*found another file/),
  option('--gpus x=1', '', /--gpus: expected all, a NUMBER/),
  option('--device nothing', '--device /dev/null:rw', /--device/),
  option(
    '--device v.example/c=none',
    '--device /dev/null',
    /CDI device v\.example\/c=none not found in any specification/,
    'PCH_CDI_NOT_FOUND',
  ),
  option('--device v.example/c=-', '--device /dev/null', /--device: expected VENDOR\/CLASS=NAME/),
  option('--device-cgroup-rule bogus', ['--device-cgroup-rule', 'c 1:3 rwm'], /--device-cgroup-rule/),
  option('--security-opt bogus', '--security-opt no-new-privileges', /security option "bogus"/),
  option('--security-opt seccomp=/nosuch', '--security-opt seccomp=unconfined', /cannot read/),
  option('--security-opt seccomp=/etc/passwd', '--security-opt seccomp=unconfined', /is not valid JSON/),
  option('-u nobodyhere', '-u nobody', /no user "nobodyhere"/, 'PCH_USER_NOT_FOUND'),
  option('-u root:nogroup9', '-u root:nogroup', /no group "nogroup9"/, 'PCH_USER_NOT_FOUND'),
  option('-u 99999999999', '-u 1000', /99999999999/, 'PCH_USER_NOT_FOUND'),
  option('--group-add nogroup9', '--group-add 100', /no group "nogroup9"/, 'PCH_USER_NOT_FOUND'),
  option('--userns bogus', '--userns auto', /--userns: expected host, auto, .* found "bogus"/),
  option('--userns auto:size=9', '--userns auto:size=2000', /needs 1000 ids or more; found 9/),
  option(
    '--userns auto:size=4000000000',
    '--userns auto',
    /expected 4000000000 consecutive free ids/,
    'PCH_USERNS_FULL',
  ),
  option('--userns 5:900000:2000', '--userns 0:900000:2000', /root \(0\) needs an id/),
  option('--userns auto --pid host', '--userns host --pid host', /cannot have --pid host/),
  option('--userns auto --ipc container:keep', '--userns auto', /cannot have --ipc container:/),
  option('--pid bogus', '--pid host', /--pid: expected private, host or container:NAME/),
  option('--pid container:nosuch', '--pid container:keep', /nosuch/, 'PCH_CONTAINER_NOT_FOUND'),
  option('--cgroupns bogus', '--cgroupns host', /--cgroupns: expected/),
];

export const files: CommandRow[] = [
  option('-v relative/x:/y', '-v ./:/y', /a host path .* or a volume name/),
  option('-v /etc:rel', '-v /etc:/rel:ro', /--volume/),
  option('-v /etc:/y:bogus', '-v /etc:/y:ro', /options ro, rw/),
  option('-v /etc:/y:idmap', '--userns auto -v /etc:/y:idmap,ro', /for containers with users of their own/),
  option('-v /etc:/y -v /tmp:/y', '-v /etc:/y -v /tmp:/z', /Duplicate mount point: \/y/),
  option('-v /tmp:/', '-v /tmp:/x', /below \//),
  option('-v /etc/passwd:/bin', '-v /etc/passwd:/x', /expected a file at \/bin of the image/),
  option('--mount type=bind,source=/nosuch,target=/x', '--mount type=bind,source=/etc,target=/x', /\/nosuch/),
  option('--mount type=magic,target=/x', '--mount type=tmpfs,target=/x', /bind, volume or tmpfs/),
  option('--mount type=tmpfs,target=/x,bogus=1', '--mount type=tmpfs,target=/x', /bogus/),
  option('--mount type=tmpfs,source=/etc,target=/x', '--mount type=tmpfs,target=/x', /no source/),
  option('--mount type=bind,target=/x', '--mount type=bind,source=/etc,target=/x', /source=/),
  option('--mount source=a/b,target=/x', '--mount source=used,target=/x', /found "a\/b"/),
  option('--tmpfs rel', '--tmpfs /x', /--tmpfs/),
  option('--tmpfs /x:size=lots', '--tmpfs /x:size=8m', /a wrong value in "size=lots"/),
  option('--tmpfs /x:bogus', '--tmpfs /x:noatime', /an unknown option in "bogus"/),
  option('-w rel', '-w /rel', /--workdir: expected an absolute path/),
  option('-w /etc/passwd', '-w /etc', /\/etc\/passwd is not a directory in the container/),
  option('-e =x', '-e X=x', /NAME=VALUE/),
  option('--env-file /nosuch', '--env-file /dev/null', /cannot read "\/nosuch"/),
  option('--env-file /etc/os-release --env-file /etc/passwd', '', /\/etc\/passwd:\d+/),
  option('--label-file /nosuch', '--label-file /dev/null', /cannot read "\/nosuch"/),
  option('--label =x', '--label x=x', /KEY=VALUE/),
];

export const names: CommandRow[] = [
  option('--name keep', '--name kept', /"keep" is already in use/, 'PCH_NAME_IN_USE'),
  option('--name /x/y', '--name xy', /x\/y/, 'PCH_NAME_INVALID'),
  option('--name a', '--name ab', /2 to 128/, 'PCH_NAME_INVALID'),
  option(['--name', 'n'.repeat(129)], ['--name', 'n'.repeat(128)], /2 to 128/, 'PCH_NAME_INVALID'),
  option(['--hostname', 'bad host'], '--hostname good-host', /--hostname/),
  option(['--hostname', 'x\n1.2.3.4 example.org'], '--hostname good', /--hostname/),
  option(['--hostname', 'h'.repeat(65)], ['--hostname', 'h'.repeat(64)], /at most 64/),
  option(['--domainname', 'bad dom'], '--domainname example.org', /--domainname/),
];

export const network: CommandRow[] = [
  option('--network nosuch', '--network none', /network nosuch not found/, 'PCH_NETWORK_NOT_FOUND'),
  option('--network container:nosuch', '--network container:keep', /nosuch/, 'PCH_CONTAINER_NOT_FOUND'),
  option('--network container:', '--network container:keep', /container:NAME/),
  option('-p 99999:80', '-p 80', /ports from 1 to 65535/),
  option('-p a:b', '-p 80', /--publish/),
  option('-p 80/icmp', '-p 80/udp', /--publish/),
  option('-p 1.2.3.4:80', '-p 80', /--publish/),
  option('--network bridge -p 300.1.1.1:80:80', '-p 80', /an IP address/),
  option('--network bridge -p 192.0.2.1:8099:80', '--network bridge -p 127.0.0.1::80', /192\.0\.2\.1/),
  option('--expose 0', '--expose 80', /--expose/),
  option('--dns x', '--dns 192.0.2.1', /--dns/),
  option('--add-host x', '--add-host x:192.0.2.1', /--add-host/),
  option('--ip x', '', /an IPv4 address/),
  option('--network bridge --ip 192.0.2.9', '--network bridge', /--ip: expected a free address of/),
  option('--mac-address x', '', /--mac-address: /),
];
