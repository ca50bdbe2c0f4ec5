/** Where a container's cgroup is, and what it is called for the runtime; by who makes it. */
import { basename } from 'node:path';
import type { PouchConfig } from '../../config/types.ts';
import { invalidField } from '../../hooks/invalidField.ts';

export type CgroupDriver = PouchConfig['runtime']['cgroupDriver'];

/** First part of the names of scopes: `pouch-ID.scope`. */
const scopePrefix = 'pouch';

/** Path from the hierarchy's root, of a container below the parent that pouchd.yaml sets: `/pouch`. */
export function standardCgroup(parent: string, id: string, driver: CgroupDriver): string {
  if (driver === 'cgroupfs') return `${parent}/${id}`;
  return scopePath(parent.endsWith('.slice') ? basename(parent) : sliceFor(parent), id);
}

/**
 * The same below a parent of the user's choice: a path, or with systemd a slice.
 * @throws PCH_OPTION_INVALID
 */
export function requestedCgroup(parent: string, id: string, driver: CgroupDriver): string {
  if (driver === 'cgroupfs') return `${checkPath(parent)}/${id}`;
  return scopePath(checkSlice(parent), id);
}

/** `cgroupsPath` of the spec: runc and crun take `SLICE:PREFIX:NAME` when systemd makes the cgroup. */
export function specCgroup(path: string): string {
  const [, slice, name] = /([^/]+\.slice)\/pouch-([^/]+)\.scope$/.exec(path) ?? [];
  return slice && name ? `${slice}:${scopePrefix}:${name}` : path;
}

function scopePath(slice: string, id: string): string {
  return `${slicePath(slice)}/${scopePrefix}-${id}.scope`;
}

/** `a-b.slice` lies in `a.slice` (systemd.slice(5)). */
function slicePath(slice: string): string {
  const parts = slice.replace(/\.slice$/, '').split('-');
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('-')}.slice`).join('');
}

/** `/pouch` → `pouch.slice`, `/a/b` → `a-b.slice`: as deep as the path. */
function sliceFor(path: string): string {
  return `${path.split('/').filter(Boolean).join('-')}.slice`;
}

/** As with Docker, a relative path begins at the root of the hierarchy. */
function checkPath(path: string): string {
  if (path.endsWith('.slice'))
    throw invalidField(
      'cgroupParent',
      `${path} is a slice of systemd, and pouchd makes cgroups by itself`,
      'give an absolute cgroup path such as /batch, or set runtime.cgroupDriver: systemd',
    );
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.length === 0 || parts.includes('..'))
    throw invalidField(
      'cgroupParent',
      `expected a cgroup path below the root, found "${path}"`,
      'write it from the root of the hierarchy, such as /batch',
    );
  return `/${parts.join('/')}`;
}

/** systemd.slice(5): no empty part, and no path. */
function checkSlice(name: string): string {
  if (/^[A-Za-z0-9:_.\\]+(-[A-Za-z0-9:_.\\]+)*\.slice$/.test(name)) return name;
  throw invalidField(
    'cgroupParent',
    `expected a slice such as batch.slice, as systemd makes the cgroups; found "${name}"`,
    'name a slice; `systemctl list-units --type slice` lists them',
  );
}
