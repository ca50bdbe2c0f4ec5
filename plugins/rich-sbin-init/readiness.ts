import { countUsers, type DraftRich, isBootingFunction } from '../../hooks/index.ts';

/** `rc` and `startpar` of sysvinit, `rcS` of busybox and sysvinit. */
export const isBooting = isBootingFunction(['rc', 'rcS', 'startpar', 'openrc']);

/**
 * The boot has ended when the init runs and none of its boot scripts does. These inits do not keep which services have
 * failed.
 */
export const readinessProbe: NonNullable<DraftRich['readiness']> = {
  args: [
    '/bin/sh',
    '-c',
    `${isBooting}${countUsers}\nif is_booting; then echo starting; else echo running; fi`,
  ],
  withinSeconds: 300,
};
