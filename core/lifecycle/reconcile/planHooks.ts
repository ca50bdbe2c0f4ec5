import { catalogue } from '../../../hooks/catalogue.ts';

/** Names of the hooks of a plan: what they have changed, or failed to, a new plan replaces. */
export const planHooks: readonly string[] = [
  catalogue.image.resolve,
  catalogue.container.preCreate,
  catalogue.container.selectRuntime,
  catalogue.network.preAttach,
  catalogue.container.spec,
].map(({ name }) => name);
