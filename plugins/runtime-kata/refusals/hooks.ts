import type { ContainerDraft, RuntimeRefusal } from '../../../hooks/index.ts';

/** Hooks that kata runs, on the host (kata, katautils/hook.go); the others would be left out in silence. */
const known = ['prestart', 'poststart', 'poststop'];

export function hookRefusals({ ociHooks }: ContainerDraft): RuntimeRefusal[] {
  return Object.values(ociHooks)
    .filter(({ kind }) => !known.includes(kind))
    .map(({ kind, path }) => ({
      what: `the ${kind} hook ${path}`,
      reason: `kata runs ${known.join(', ')} hooks`,
    }));
}
