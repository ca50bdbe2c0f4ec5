import type { Deviations } from './deviation.ts';

const wasStarted = /succeeded: was started/;

/** Deviations of runc 1.1.5, which implements the runtime-spec 1.0.2. */
export const runc: Deviations = {
  version: /^runc version 1\.1\.5/,
  rows: [
    {
      section: 'config.md#specification-version',
      must: /is refused$/,
      why: 'it does not check ociVersion',
      found: wasStarted,
    },
    {
      section: 'config.md#linux-mount-options',
      must: 'the mode in a tmpfs’s data takes precedence over that of the directory at the destination',
      why: 'it gives a tmpfs the mode of the directory below',
      found: /'755' !== '711'/,
    },
    {
      section: 'config.md#linux-mount-options',
      must: 'uidMappings and gidMappings map the owners of a bind mount’s files',
      why: 'it ignores the mappings of mounts',
      found: /'1000 2000'/,
    },
    {
      section: 'config.md#linux-mount-options',
      must: 'idmap maps files of the host’s root to the container’s root',
      why: 'it ignores the mappings of mounts',
      found: /'65534 65534'/,
    },
    {
      section: 'config.md#linux-process',
      must: /^ioPriority (sets|supports)/,
      why: 'it ignores ioPriority',
      found: /class=0 level=0/,
    },
    {
      section: 'config.md#linux-process',
      must: 'ioPriority of an unknown class is an error',
      why: 'it ignores ioPriority',
      found: wasStarted,
    },
    {
      section: 'config.md#linux-process',
      must: /^scheduler.*(is set|are set|nice value)/,
      why: 'it ignores scheduler',
      found: /policy=0 nice=0 priority=0 flags=0/,
    },
    {
      section: 'config.md#linux-process',
      must: 'scheduler of an unknown policy is an error',
      why: 'it ignores scheduler',
      found: wasStarted,
    },
    {
      section: 'config.md#linux-process',
      must: 'a capability that the runtime itself does not have is not an error',
      why: 'it fails to apply the capabilities',
      found: /unable to apply caps: operation not permitted/,
    },
    {
      section: 'config.md#posix-platform-user',
      must: 'a uid of any size needs no entry in /etc/passwd',
      why: 'its maximum uid is 2147483647',
      found: /must be in range 0-2147483647/,
    },
    {
      section: 'config.md#domainname',
      must: 'domainname is the container’s domain name',
      why: 'it ignores domainname',
      found: /'\(none\)'/,
    },
    {
      section: 'config.md#domainname',
      must: 'domainname without the container’s own uts namespace is refused',
      why: 'it ignores domainname',
      found: wasStarted,
    },
    {
      section: 'config-linux.md#namespaces',
      must: 'a time namespace without path is a new one',
      why: 'it does not support time namespaces',
      found: /namespace \{"time" ""\} does not exist/,
    },
    {
      section: 'config-linux.md#namespaces',
      must: 'a user namespace with a path is joined',
      why: 'it requires mappings for a user namespace that already has them',
      found: /no uid mappings found/,
    },
    {
      section: 'config-linux.md#user-namespace-mappings',
      must: 'mappings without a user namespace are refused',
      why: 'it ignores them',
      found: wasStarted,
    },
    {
      section: 'config-linux.md#offset-for-time-namespace',
      must: 'timeOffsets shift the clocks of a time namespace',
      why: 'it does not support time namespaces',
      found: /namespace \{"time" ""\} does not exist/,
    },
    {
      section: 'config-linux.md#offset-for-time-namespace',
      must: 'timeOffsets without a time namespace are refused',
      why: 'it does not support time namespaces',
      found: wasStarted,
    },
    {
      section: 'config-linux.md#devices',
      must: 'a different file at the path is an error',
      why: 'it keeps the file and continues',
      found: wasStarted,
    },
    {
      section: 'config-linux.md#allowed-device-list',
      must: 'a later rule revokes a part of an earlier, wider one',
      why: 'cgroup v1 cannot revoke a part of a rule, so it refuses',
      found: /cannot punch hole/,
    },
    {
      section: 'config-linux.md#cpu',
      must: /^idle /,
      why: 'it ignores idle',
      found: /cpu\.idle is 0/,
    },
    {
      section: 'config-linux.md#seccomp',
      must: /^flags are accepted/,
      why: 'it does not support flags',
      found: /seccomp flags are not yet supported/,
    },
    {
      section: 'config-linux.md#rootfs-mount-propagation',
      must: 'shared is the propagation of the rootfs',
      why: 'it makes the rootfs’s parent private, so that nothing is shared where the parent is / and was private',
      found: /Input:\s+''/,
    },
    {
      section: 'config-linux.md#rootfs-mount-propagation',
      must: 'unbindable is the propagation of the rootfs',
      why: 'it makes the root unbindable before it binds the rootfs',
      found: /invalid argument/,
    },
    {
      section: 'config-linux.md#personality',
      must: 'domain LINUX32 makes uname report a 32-bit architecture',
      why: 'it ignores personality',
      found: /'x86_64'/,
    },
    {
      section: 'config-linux.md#personality',
      must: 'an unknown domain is an error',
      why: 'it ignores personality',
      found: wasStarted,
    },
    {
      section: 'config.md#posix-platform-hooks',
      must: /^(every kind is called, in the order|prestart, createRuntime and createContainer are called by create)/,
      why: 'it calls poststart in create, before the process is started',
      found: /\+\s+'poststart'/,
    },
    {
      section: 'config.md#posix-platform-hooks',
      must: 'poststart gets the state on its standard input',
      why: 'it calls poststart in create, before the process is started',
      found: /Input:\s+'created'/,
    },
    {
      section: 'config.md#posix-platform-hooks',
      must: 'poststart: a failure is reported as a warning, and the container keeps running',
      why: 'it treats the failure of poststart as one of create',
      found: /create failed: error running hook/,
    },
    {
      section: 'config.md#posix-platform-hooks',
      must: 'poststop: a failure is reported as a warning; the other hooks are called and the container is deleted',
      why: 'it does not call the others',
      found: /'' !== 'next'/,
    },
    {
      section: 'config.md#posix-platform-hooks',
      must: 'startContainer: its failure is an error of start',
      why: 'its start does not wait for the container',
      found: / start \S+: succeeded/,
    },
    {
      section: 'runtime.md#kill',
      must: 'a realtime signal can be given by its name, SIGRTMIN+3',
      why: 'it does not support names of realtime signals',
      found: /unknown signal "SIGRTMIN\+3"/,
    },
    {
      section: 'runtime.md#delete',
      must: 'deleting a created container is an error, and it can still be started',
      why: 'it kills and deletes it',
      found: / delete \S+: succeeded/,
    },
    {
      section: 'runc#create',
      must: 'of two concurrent calls with one id one succeeds',
      why: 'a call that fails may remove the container that the other has created',
      // The calls fail both, the container is lost, or it is left with its cgroup.
      found: /does not exist|0 !== 1|left on the host/,
      sometimes: true,
    },
    {
      section: 'runc#exec',
      must: '--process has umask',
      why: 'its exec ignores umask',
      found: /0022/,
    },
    {
      section: 'runc#exec',
      must: '--process has oomScoreAdj',
      why: 'its exec ignores oomScoreAdj',
      found: /'0\\n' !== '77\\n'/,
    },
    {
      section: 'features-linux.md#intelrdt',
      must: 'intelRdt reports whether it is supported',
      why: 'it does not report it',
      found: /undefined/,
    },
  ],
};
