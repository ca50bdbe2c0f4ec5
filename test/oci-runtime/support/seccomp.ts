import { type Row } from './row.ts';
import type { Spec } from './spec.ts';

export type Seccomp = NonNullable<Spec['linux']['seccomp']>;
export type Rule = NonNullable<Seccomp['syscalls']>[number];

/** Allows everything except the rules. */
export const but = (...syscalls: Rule[]): NonNullable<Row['spec']> => {
  return ({ linux }) => (linux.seccomp = { defaultAction: 'SCMP_ACT_ALLOW', syscalls });
};
/** A rule of umask(2). */
export const rule = (action: string, changes: Partial<Rule> = {}): Rule => ({
  names: ['umask'],
  action,
  ...changes,
});
/** umask(2) is refused; the rest as the changes say. */
export const filter = (changes: Partial<Seccomp>): NonNullable<Row['spec']> => {
  return ({ linux }) =>
    (linux.seccomp = { defaultAction: 'SCMP_ACT_ALLOW', syscalls: [rule('SCMP_ACT_ERRNO')], ...changes });
};
/** umask(2) always succeeds with the mask before, so any error is the filter's. */
export const umask = 'probe call umask 18';
export const refusedUmask = 'EPERM';
