/**
 * Images of hosts as they have grown: one with many services, one with container engines, and Debian before and after
 * the present one.
 */
import type { DebianImage } from './debianImage.ts';

const booted = ['systemd', 'systemd-sysv', 'dbus', 'openssh-server', 'iproute2', 'procps', 'cron'];

export const legacy: DebianImage = {
  reference: 'legacy:bookworm',
  include: [
    ...booted,
    ...['rsyslog', 'apache2', 'libapache2-mod-php', 'mariadb-server', 'postgresql', 'nginx', 'curl'],
  ],
};

/** A host that pulls a repository. */
export const gitHost: DebianImage = { reference: 'git:bookworm', include: [...booted, 'git'] };

/** With Docker and Podman. */
export const engines: DebianImage = {
  reference: 'engines:bookworm',
  include: [
    ...['systemd', 'systemd-sysv', 'dbus', 'iproute2', 'procps', 'iptables', 'busybox-static'],
    ...['docker.io', 'podman', 'crun', 'uidmap'],
  ],
};

/** Debian 11 has systemd 247, Debian 13 has 257. */
export const userlands: DebianImage[] = [
  { reference: 'bullseye:11', suite: 'bullseye', include: booted },
  { reference: 'trixie:13', suite: 'trixie', include: booted },
];
