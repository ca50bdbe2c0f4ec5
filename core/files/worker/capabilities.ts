/** File capabilities (linux/capability.h, struct vfs_ns_cap_data), whose root user may be that of a user namespace. */
import { check, libcFunction } from '../../host/libc.ts';

const lgetxattr = libcFunction(
  'long lgetxattr(const char *path, const char *name, _Out_ uint8_t *value, size_t size)',
);
const lsetxattr = libcFunction(
  'int lsetxattr(const char *path, const char *name, const uint8_t *value, size_t size, int flags)',
);

const attribute = 'security.capability';
/** Bytes of revision 2; revision 3 has the id of the root user behind them. */
const size = 20;
const [revision2, revision3] = [0x02000000, 0x03000000];
const revisionMask = 0xff000000;

/** Undefined without. */
export function readCapabilities(path: string): Buffer | undefined {
  const value = Buffer.alloc(size + 4);
  const length = Number(lgetxattr(path, attribute, value, value.length));
  return length < 0 ? undefined : value.subarray(0, length);
}

export function writeCapabilities(path: string, value: Buffer): void {
  check(lsetxattr(path, attribute, value, value.length, 0), `setxattr ${attribute} ${path}`);
}

/** For another user: root has revision 2. Undefined if its user has no id there; others are as they were. */
export function ofOtherRoot(value: Buffer, idOf: (id: number) => number | undefined): Buffer | undefined {
  const magic = value.readUInt32LE(0);
  if (value.length !== size + 4 || (magic & revisionMask) !== revision3) return value;
  const root = idOf(value.readUInt32LE(size));
  if (root === undefined) return undefined;
  const changed = Buffer.from(root === 0 ? value.subarray(0, size) : value);
  if (root === 0) changed.writeUInt32LE(((magic & ~revisionMask) | revision2) >>> 0, 0);
  else changed.writeUInt32LE(root, size);
  return changed;
}
