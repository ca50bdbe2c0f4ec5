/**
 * The labels that containerd's garbage collector follows (containerd docs/garbage-collection.md). Without a label,
 * a lease or an image that leads to it, content and snapshots are deleted.
 */

const contentLabel = 'containerd.io/gc.ref.content.';
const snapshotLabel = 'containerd.io/gc.ref.snapshot.';

/** On a blob: keeps the blobs it refers to, e.g. a manifest its config ("config") and layers ("l.0", "l.1", …). */
export function contentRefs(refs: Record<string, string>): Record<string, string> {
  const label = (name: string) => `${contentLabel}${name}`;
  return Object.fromEntries(Object.entries(refs).map(([name, digest]) => [label(name), digest]));
}

/** On a blob (by custom the image's config): keeps the snapshot made of its layers. */
export function snapshotRef(snapshotter: string, key: string): Record<string, string> {
  return { [`${snapshotLabel}${snapshotter}`]: key };
}

/** What the labels of a blob keep, as resources of a lease; `name` is that of {@link contentRefs}, or the snapshotter. */
export function labelledRefs(labels: Record<string, string>): { name: string; type: string; id: string }[] {
  return Object.entries(labels).flatMap(([label, id]) => {
    if (label.startsWith(contentLabel))
      return { name: label.slice(contentLabel.length), type: 'content', id };
    if (!label.startsWith(snapshotLabel)) return [];
    const name = label.slice(snapshotLabel.length);
    return { name, type: `snapshots/${name}`, id };
  });
}

/** On any object: keeps it and what it refers to. The value is only for readers. */
export function rootLabel(since: Date): Record<string, string> {
  return { 'containerd.io/gc.root': rfc3339(since) };
}

/** On a lease: the time after which the collector deletes it. */
export function expiryLabel(at: Date): Record<string, string> {
  return { 'containerd.io/gc.expire': rfc3339(at) };
}

/** containerd parses Go's RFC 3339, which has no fraction by default. */
function rfc3339(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
