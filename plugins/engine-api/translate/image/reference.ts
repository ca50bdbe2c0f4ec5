/** Image references as users write and read them. */
import type { Image } from '../../../../hooks/index.ts';

const notNamed = '<none>';

/** `docker.io/library/debian:bookworm` → `debian:bookworm`. */
export function familiar(reference: string): string {
  return reference.replace(/^docker\.io\/library\//, '').replace(/^docker\.io\//, '');
}

/** Joins fromImage and tag (a tag or a digest) of `POST /images/create`. */
export function joinReference(name: string, tag: string | undefined): string {
  if (!tag) return name;
  return tag.includes(':') ? `${name}@${tag}` : `${name}:${tag}`;
}

/** Returns the reference without tag and digest. A colon before the last slash belongs to a port. */
export function repositoryOf(reference: string): string {
  const [named = ''] = reference.split('@');
  const colon = named.lastIndexOf(':');
  return colon > named.lastIndexOf('/') ? named.slice(0, colon) : named;
}

export function repoTags(image: Image): string[] {
  return image.references.filter((reference) => !reference.includes('@')).map(familiar);
}

/** Every repository of the image, with the image's digest. */
export function repoDigests(image: Image): string[] {
  const repositories = image.references.map((reference) => familiar(repositoryOf(reference)));
  return [...new Set(repositories)].map((repository) => `${repository}@${image.target.digest}`);
}

/** For an image without references; `docker images` then shows `<none>`. */
export const untagged = { tags: [`${notNamed}:${notNamed}`], digests: [`${notNamed}@${notNamed}`] };
