/** Applies the profiles that a request names, option by option, so that each change has an author and a line. */
import type { ContainerDraft } from '../../../hooks/draft.ts';
import { PouchError, toPouchError } from '../../../hooks/errors.ts';
import type { BlameEntry } from '../../../hooks/plan.ts';
import type { ProfilePart } from '../../../hooks/profile.ts';
import type { ContainerRequest } from '../../../hooks/request.ts';
import type { OwnedProfile } from '../../plugins/index.ts';
import { blameOf } from '../../plugins/draft/blameOf.ts';
import { clone } from '../../plugins/draft/clone.ts';
import { diff } from '../../plugins/draft/diff.ts';
import { lowestLayer } from './completedRequest.ts';
import { layRequest } from './layRequest.ts';

type Apply = (draft: ContainerDraft, request: ContainerRequest) => Promise<void>;

export interface Completed {
  readonly draft: ContainerDraft;
  /** The request with what its profiles add. */
  readonly request: ContainerRequest;
  readonly blame: BlameEntry[];
}

type Author = Parameters<typeof blameOf>[1];

interface Step {
  readonly owner: OwnedProfile;
  readonly part: ProfilePart;
}

/** An option that cannot be applied yet, or at all: another one may have to be beside it. */
interface Obstacle extends Step {
  readonly error: unknown;
}

/**
 * Lays the request over its profiles, and both over the draft, which stays as it is.
 * @throws PouchError with the profile and its line if one of its options is at fault
 */
export async function applyProfiles(
  base: ContainerDraft,
  request: ContainerRequest,
  profiles: readonly OwnedProfile[],
  apply: Apply,
): Promise<Completed> {
  const blame: BlameEntry[] = [];
  let draft = base;
  let layered: Partial<ContainerRequest> = {};
  let obstacle: Obstacle | undefined;
  const drawn = (asked: Partial<ContainerRequest>) =>
    drawnOver(base, { ...asked, image: request.image }, apply);
  const ofRequest = { plugin: 'request', hook: 'create' };
  const note = (next: ContainerDraft, author: Author, ms: number) => {
    blame.push(...blameOf(diff(draft, next), author, ms));
    draft = next;
  };
  if (profiles.length > 0) {
    layered = lowestLayer;
    // What every request sets, such as the variable HOSTNAME, is not the first profile's.
    const bare = await drawn(layered).catch(() => undefined);
    if (bare) note(bare.next, ofRequest, bare.ms);
  }
  for (const step of profiles.flatMap(stepsOf)) {
    layered = layRequest(layered, step.part.request);
    try {
      const { next, ms } = await drawn(layered);
      note(next, authorOf(step), ms);
      obstacle = undefined;
    } catch (error) {
      obstacle ??= { ...step, error };
    }
  }
  const completed = layRequest(layered, request) as ContainerRequest;
  const { next, ms } = await drawn(completed).catch((error: unknown) => {
    throw obstacle && isSame(obstacle.error, error) ? blaming(obstacle) : error;
  });
  note(next, ofRequest, ms);
  return { draft, request: completed, blame };
}

/** The draft of the request alone; a request that is complete only with its profiles has none. */
export async function plainOf(
  base: ContainerDraft,
  request: ContainerRequest,
  { apply, made }: { apply: Apply; made: Completed },
): Promise<ContainerDraft> {
  const alone = await drawnOver(base, request, apply).catch(() => undefined);
  return alone?.next ?? clone(made.draft);
}

async function drawnOver(base: ContainerDraft, request: ContainerRequest, apply: Apply) {
  const next = clone(base);
  const started = performance.now();
  await apply(next, request);
  return { next, ms: performance.now() - started };
}

function stepsOf(owner: OwnedProfile): Step[] {
  return owner.profile.parts.map((part) => ({ owner, part }));
}

function authorOf({ owner: { plugin, profile }, part }: Step) {
  return { plugin, hook: hookOf(profile.name), origin: part.origin ?? profile.origin };
}

function hookOf(name: string): string {
  return `profile ${name}`;
}

function isSame(a: unknown, b: unknown): boolean {
  return toPouchError(a).message === toPouchError(b).message;
}

/** The request is not at fault. */
function blaming({ owner: { plugin, profile }, part, error }: Obstacle): PouchError {
  const { code, message, hint } = toPouchError(error);
  const origin = part.origin ?? profile.origin;
  const where = origin === undefined ? '' : ` (${origin})`;
  return new PouchError(code, `profile ${profile.name}, ${part.option}${where}: ${message}`, {
    plugin,
    hook: hookOf(profile.name),
    cause: error,
    ...(hint !== undefined && { hint }),
  });
}
