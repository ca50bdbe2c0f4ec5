import { libcFunction } from '../../host/libc.ts';

const lgetxattr = libcFunction(
  'long lgetxattr(const char *path, const char *name, _Out_ uint8_t *value, size_t size)',
);

/** Attributes that mark an opaque directory: of overlays of root, and of overlays mounted with `userxattr`. */
const attributes = ['trusted.overlay.opaque', 'user.overlay.opaque'];

/** Whether a directory of a layer hides its content in the layers below (Linux overlayfs.rst). */
export function isOpaque(directory: string): boolean {
  const value = Buffer.alloc(2);
  return attributes.some(
    (name) => lgetxattr(directory, name, value, value.length) === 1 && value[0] === 0x79,
  );
}
