/**
 * The repositories that have a blob, by which registries mount it in another one. Labels of the blob hold them, under
 * the names that containerd's clients use: `containerd.io/distribution.source.HOST`, with paths separated by commas.
 */
import type { ContentClient } from '../../containerd/api/ContentClient.ts';
import type { Reference } from './reference.ts';

const prefix = 'containerd.io/distribution.source.';

/** Bytes of a label and its name; containerd refuses more than 4096. */
const maxLabelBytes = 4000;

/** Returns the paths of repositories of a registry. */
export function sourcePaths(labels: Readonly<Record<string, string>>, domain: string): string[] {
  return (labels[prefix + domain] ?? '').split(',').filter(Boolean);
}

/** Records that a repository has the blob. */
export async function addSource(
  content: Pick<ContentClient, 'info' | 'label'>,
  digest: string,
  { domain, path }: Pick<Reference, 'domain' | 'path'>,
): Promise<void> {
  const { labels } = await content.info(digest);
  const known = sourcePaths(labels, domain);
  if (known.includes(path)) return;
  const paths = [...known, path].sort().join(',');
  const name = prefix + domain;
  if (name.length + paths.length > maxLabelBytes) return;
  await content.label(digest, { [name]: paths });
}
