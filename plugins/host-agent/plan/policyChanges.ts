import type { AgentChange } from '../../../client/wire.ts';
import type { DeclaredContainer, DeclaredImage, Policy } from '../declare/declared.ts';
import { readImage } from '../declare/readImage.ts';
import { readPolicy } from '../declare/readPolicy.ts';
import type { Options } from '../options.ts';
import { changesOf } from './changesOf.ts';

/**
 * What has changed of the options by which the agent treats an object. No object has them: they are compared with what
 * was declared before.
 * @param before undefined: it is not known, and nothing is compared
 */
export function policyChanges(
  before: Policy | undefined,
  { policy, origin, originOf }: Pick<DeclaredContainer | DeclaredImage, 'policy' | 'origin' | 'originOf'>,
): AgentChange[] {
  if (!before) return [];
  return changesOf(before, policy, {
    applies: () => 'now',
    originOf: (option) => originOf(option) ?? origin,
    optionOf: ({ path }) => path,
  });
}

/** How a container was treated; undefined if it was not declared. */
export function policyBefore(
  { name, replicaOf = name }: Pick<DeclaredContainer, 'name' | 'replicaOf'>,
  before: Options | undefined,
): Policy | undefined {
  const words = before?.containers[replicaOf];
  return words && attempt(() => readPolicy(replicaOf, words));
}

/** How an image was treated; one that was not declared has the defaults. */
export function imagePolicyBefore(
  { name }: Pick<DeclaredImage, 'name'>,
  before: Options | undefined,
): Policy | undefined {
  return before && attempt(() => readImage(name, before.images?.[name] ?? {}).policy);
}

/** The declaration had mistakes then, and the object was left alone. */
function attempt(read: () => Policy): Policy | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
