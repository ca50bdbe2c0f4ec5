import type { ContainerDraft, RuntimeRefusal } from '../../../hooks/index.ts';

/** Hooks that kata runs, on the host (kata, katautils/hook.go); it would ignore others silently. */
const known = ['prestart', 'poststart', 'poststop'];

export function hookRefusals({ ociHooks }: ContainerDraft): RuntimeRefusal[] {
  return Object.values(ociHooks)
    .filter(({ kind }) => !known.includes(kind))
    .map(({ kind, path }) => ({
      what: `the ${kind} hook ${path}`,
      reason: `kata runs only ${known.join(', ')} hooks`,
    }));
}
