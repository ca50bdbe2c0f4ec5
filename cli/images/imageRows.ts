import type { ImageSummary } from '../../client/index.ts';
import { ago, humanSize } from '../output/units.ts';
import { splitReference } from '../parse/reference.ts';

const none = '<none>';

/** Returns the rows of an image in `images`, one per name, with Docker's field names. */
export function imageRows(image: ImageSummary, options: { truncate: boolean; digests: boolean }) {
  const tags = (image.RepoTags ?? []).filter((tag) => !tag.startsWith(none));
  const digests = image.RepoDigests ?? [];
  const names = tags.length > 0 ? tags : digests.length > 0 ? digests : [none];
  return names.map((name) => row(image, name, options.truncate));
}

function row(image: ImageSummary, name: string, truncate: boolean) {
  const { name: repository, tag } = splitReference(name);
  const isDigest = name.includes('@');
  return {
    Repository: repository,
    Tag: isDigest || tag === undefined ? none : tag,
    Digest: digestFor(image, repository),
    ID: truncate ? image.Id.replace(/^sha256:/, '').slice(0, 12) : image.Id,
    CreatedSince: ago(image.Created),
    CreatedAt: new Date(image.Created * 1000).toISOString(),
    Size: humanSize(image.Size),
  };
}

function digestFor(image: ImageSummary, repository: string): string {
  const match = (image.RepoDigests ?? []).map(splitReference).find(({ name }) => name === repository);
  return match?.tag ?? none;
}
