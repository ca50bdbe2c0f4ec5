import type { DeclaredHost, DeclaredImage } from '../declare/declared.ts';
import type { Options } from '../options.ts';
import type { HostState } from './hostState.ts';
import { imagePolicyBefore, policyChanges } from './policyChanges.ts';
import type { ImageStep } from './step.ts';

/** Images are pulled that are declared, or that a declared container needs, and that the host lacks. */
export function planImages(
  { images: declared, containers }: DeclaredHost,
  state: HostState,
  before?: Options,
): ImageStep[] {
  const wanted = [...containers.values()];
  const missing = wanted.filter(({ pull, request }) => pull !== 'never' && isMissing(request.image, state));
  const needed = new Set(missing.map(({ request }) => request.image));
  const others = [...needed].filter((reference) => !declared.has(reference));
  const gone = state.ownImages.filter(
    (reference) =>
      !isMissing(reference, state) &&
      !declared.has(reference) &&
      !wanted.some(({ request }) => request.image === reference),
  );
  return [
    ...[...declared.values()]
      .filter(({ name }) => isMissing(name, state))
      .map((one): ImageStep => ({ ...pull(one.name), declared: one })),
    ...others.map(pull),
    ...[...declared.values()]
      .filter(({ name }) => !isMissing(name, state))
      .flatMap((one) => policyStep(one, before)),
    ...gone.map((reference) => removal(reference, state)),
  ];
}

function policyStep(declared: DeclaredImage, before: Options | undefined): ImageStep[] {
  const policy = policyChanges(imagePolicyBefore(declared, before), declared);
  const { name } = declared;
  return policy.length > 0 ? [{ kind: 'image', name, action: 'change', changes: [], policy, declared }] : [];
}

function isMissing(reference: string, { images }: HostState): boolean {
  return !images.has(reference);
}

function pull(name: string): ImageStep {
  return { kind: 'image', name, action: 'pull', changes: [] };
}

function removal(name: string, { images, containers }: HostState): ImageStep {
  const users = containers.filter(({ draft }) => draft.image.id === images.get(name));
  const held =
    users.length > 0 && `it is no longer declared, and removed once no container uses it: ${namesOf(users)}`;
  return { kind: 'image', name, action: 'remove', changes: [], ...(held && { held }) };
}

const mostNames = 5;

/** The names of some containers, for a message. */
export function namesOf(containers: readonly { readonly name: string }[]): string {
  const shown = containers.slice(0, mostNames).map(({ name }) => name);
  return `${shown.join(', ')}${containers.length > mostNames ? ` and ${containers.length - mostNames} more` : ''}`;
}
