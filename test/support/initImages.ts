/** Images of Debian whose init is not systemd, with sshd and cron. */
import type { DebianImage } from './debianImage.ts';

const services = ['openssh-server', 'cron', 'procps'];

export const initImages = {
  sysvinit: { reference: 'sysvinit:bookworm', include: ['sysvinit-core', ...services] },
  openrc: { reference: 'openrc:bookworm', include: ['openrc', 'sysvinit-core', ...services] },
  runit: { reference: 'runit:bookworm', include: ['runit', 'runit-init', 'runit-services', ...services] },
  s6: { reference: 's6:bookworm', include: ['s6', ...services] },
} satisfies Record<string, DebianImage>;
