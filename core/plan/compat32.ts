/** Whether a container may run 32-bit programs beside 64-bit ones. */
import type { ContainerDraft } from '../../hooks/draft.ts';

/** The loaders of dynamic 32-bit programs: glibc's and musl's, for x86 and ARM (ld.so(8)). */
export const loaders32 = [
  '/lib/ld-linux.so.2',
  '/lib/ld-musl-i386.so.1',
  '/lib/ld-linux-armhf.so.3',
  '/lib/ld-musl-armhf.so.1',
];

const architectures64 = ['amd64', 'arm64'];

/**
 * A filter for the 32-bit calls too costs 8 ms of each start and opens a surface that few need, so it is made only for
 * those who may: images of a 32-bit platform or with a 32-bit loader, rich containers (whose packages change),
 * and containers that bring files of the host along. docs/adr/0007 has the figures.
 */
export async function mayRun32Bit(draft: ContainerDraft): Promise<boolean> {
  if (draft.rich.enabled || bringsFiles(draft)) return true;
  if (!architectures64.includes(draft.image.config.architecture)) return true;
  const found = await Promise.all(loaders32.map((path) => draft.image.stat(path)));
  return found.some((file) => file !== undefined);
}

function bringsFiles(draft: ContainerDraft): boolean {
  return Object.values(draft.mounts).some(({ type }) => type === 'bind');
}
