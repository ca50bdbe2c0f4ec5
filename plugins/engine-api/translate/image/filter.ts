/** `docker images --filter`. */
import { PouchError, type Image } from '../../../../hooks/index.ts';
import { linearPatterns } from '../../../../hooks/linearPatterns.ts';
import { familiar, repositoryOf } from './reference.ts';

type Predicate = (image: Image) => boolean;

const filterNames = ['before', 'dangling', 'label', 'reference', 'since', 'until'] as const;

/**
 * Returns the images that match every filter. Values of one filter are alternatives, but every label must match.
 * @throws PCH_OPTION_INVALID for a filter that Docker does not have
 */
export function filterImages(images: Image[], filters: Record<string, string[]>): Image[] {
  const unknown = Object.keys(filters).find((name) => !filterNames.some((known) => known === name));
  if (unknown !== undefined)
    throw new PouchError('PCH_OPTION_INVALID', `invalid filter '${unknown}'`, {
      hint: `valid filters: ${filterNames.join(', ')}`,
    });
  const predicates = [
    ...(filters['dangling'] ?? []).map(isDangling),
    ...(filters['label'] ?? []).map(hasLabel),
    ...(filters['before'] ?? []).map((ref) => madeAround(images, ref, 'before')),
    ...(filters['since'] ?? []).map((ref) => madeAround(images, ref, 'since')),
    ...(filters['until'] ?? []).map(madeUntil),
  ];
  const kept = images.filter((image) => predicates.every((holds) => holds(image)));
  return filters['reference']?.length ? named(kept, filters['reference']) : kept;
}

function isDangling(value: string): Predicate {
  const wanted = value === 'true' || value === '1';
  return (image) => (image.references.length === 0) === wanted;
}

function hasLabel(text: string): Predicate {
  const mark = text.indexOf('=');
  const name = mark < 0 ? text : text.slice(0, mark);
  return (image) => {
    const value = image.config.config?.Labels?.[name];
    return mark < 0 ? value !== undefined : value === text.slice(mark + 1);
  };
}

function madeAround(images: Image[], ref: string, side: 'before' | 'since'): Predicate {
  const other = images.find((image) => isNamed(image, ref));
  if (!other) throw new PouchError('PCH_IMAGE_NOT_FOUND', `No such image: ${ref}`);
  const edge = Date.parse(other.createdAt);
  return (image) =>
    side === 'before' ? Date.parse(image.createdAt) < edge : Date.parse(image.createdAt) > edge;
}

function isNamed(image: Image, ref: string): boolean {
  const id = ref.replace(/^sha256:/, '');
  const names = image.references.flatMap((reference) => [
    reference,
    familiar(reference),
    familiar(repositoryOf(reference)),
  ]);
  return names.includes(ref) || (/^[0-9a-f]{4,64}$/.test(id) && image.id.startsWith(`sha256:${id}`));
}

function madeUntil(text: string): Predicate {
  const edge = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  if (Number.isNaN(edge))
    throw new PouchError('PCH_OPTION_INVALID', `until: expected a time, found "${text}"`);
  return (image) => Date.parse(image.createdAt) < edge;
}

/**
 * Returns the images that a pattern matches, with only the matching references, as Docker does. Patterns have the
 * syntax of Go's path.Match, and match `debian:bookworm` or `debian`.
 */
function named(images: Image[], patterns: string[]): Image[] {
  const expressions = patterns.map((pattern) => globExpression(familiar(pattern)));
  const fits = linearPatterns('filter reference', expressions);
  const matches = (reference: string): boolean => {
    const name = familiar(reference);
    return fits(name) || fits(repositoryOf(name));
  };
  return images
    .map((image) => ({ ...image, references: image.references.filter(matches) }))
    .filter(({ references }) => references.length > 0);
}

function globExpression(pattern: string): string {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]');
  return `^${source}$`;
}
