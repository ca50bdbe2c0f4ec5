/**
 * Labels of containerd's garbage collector (containerd docs/garbage-collection.md). It deletes content and snapshots
 * that no label, lease or image refers to.
 */

const contentLabel = 'containerd.io/gc.ref.content.';
const snapshotLabel = 'containerd.io/gc.ref.snapshot.';

/** On a blob: keeps the blobs it refers to, e.g. a manifest its config ("config") and layers ("l.0", "l.1", …). */
export function contentRefs(refs: Record<string, string>): Record<string, string> {
  const label = (name: string) => `${contentLabel}${name}`;
  return Object.fromEntries(Object.entries(refs).map(([name, digest]) => [label(name), digest]));
}

/** On a blob (by convention the image's config): keeps the snapshot of its layers. */
export function snapshotRef(snapshotter: string, key: string): Record<string, string> {
  return { [`${snapshotLabel}${snapshotter}`]: key };
}

/**
 * Returns what the labels of a blob keep, as resources of a lease. `name` is that of {@link contentRefs}, or the
 * snapshotter.
 */
export function labelledRefs(labels: Record<string, string>): { name: string; type: string; id: string }[] {
  return Object.entries(labels).flatMap(([label, id]) => {
    if (label.startsWith(contentLabel))
      return { name: label.slice(contentLabel.length), type: 'content', id };
    if (!label.startsWith(snapshotLabel)) return [];
    const name = label.slice(snapshotLabel.length);
    return { name, type: `snapshots/${name}`, id };
  });
}

/** On any object: keeps it and what it refers to. containerd ignores the value. */
export function rootLabel(since: Date): Record<string, string> {
  return { 'containerd.io/gc.root': rfc3339(since) };
}

/** On a lease: the time at which the collector deletes it. */
export function expiryLabel(at: Date): Record<string, string> {
  return { 'containerd.io/gc.expire': rfc3339(at) };
}

/** containerd parses Go's RFC 3339, which has no fraction by default. */
function rfc3339(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
