import koffi from 'koffi';

type GetAttribute = (path: string, name: string, value: Buffer, size: number) => number;

let lgetxattr: GetAttribute | undefined;

/** Names that mark an opaque directory: of root's overlays, and of overlays mounted with `userxattr`. */
const attributes = ['trusted.overlay.opaque', 'user.overlay.opaque'];

/** Whether a directory of a layer hides what the layers below have in it (Linux overlayfs.rst). */
export function isOpaque(directory: string): boolean {
  // Loaded with the first question: images of one layer never ask.
  lgetxattr ??= koffi
    .load('libc.so.6')
    .func(
      'long lgetxattr(const char *path, const char *name, _Out_ uint8_t *value, size_t size)',
    ) as GetAttribute;
  const value = Buffer.alloc(2);
  return attributes.some(
    (name) => lgetxattr?.(directory, name, value, value.length) === 1 && value[0] === 0x79,
  );
}
