import type { Guestfish } from './Guestfish.ts';

/** What a device is: not mountable, a file system, or one with an /etc. */
export type Mounted = 'root' | 'other' | undefined;

/** Mounts a device in the VM with options, looks at it, and unmounts it. */
export async function mounts(guest: Guestfish, device: string, options: string): Promise<Mounted> {
  const [isRoot] = await guest.ask(
    ['-mount-options', options, device, '/'],
    ['-is-dir', '/etc'],
    ['umount-all'],
  );
  if (isRoot === undefined) return undefined;
  return isRoot === 'true' ? 'root' : 'other';
}
