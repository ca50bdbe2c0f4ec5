/** The hook points inside the stores of images and volumes. */
import { catalogue } from '../../../hooks/catalogue.ts';
import type { HookPoint, Logger } from '../../../hooks/defineHook.ts';
import type { Events } from '../../../hooks/engine.ts';
import { toPouchError } from '../../../hooks/errors.ts';
import type { ImageHooks } from '../../images/index.ts';
import type { GenerationHolder } from '../../plugins/index.ts';
import type { Secrets } from '../../secrets/Secrets.ts';
import type { VolumeHooks } from '../../volumes/VolumeStore.ts';

export function storeHooks(
  generations: GenerationHolder,
  { log, secrets, events }: { log: Logger; secrets: Secrets; events: Pick<Events, 'emit'> },
): { images: ImageHooks; volumes: VolumeHooks } {
  const apply = <Input>(point: HookPoint<Input>, input: Input) =>
    generations.use(async ({ runner }) => void (await runner.apply(point, input, { log })));
  const ask = <Input>(point: HookPoint<Input>, input: Input) =>
    apply(point, input).catch((error: unknown) => {
      // A prune goes past it and reports nothing.
      const { plugin, hook, message } = toPouchError(error);
      log.warn('a plugin refused a removal', { plugin, hook, error: message });
      throw error;
    });
  return {
    images: {
      postLoad: (loaded) => apply(catalogue.image.postLoad, loaded),
      preRemove: (removal) => ask(catalogue.image.preRemove, removal),
    },
    volumes: {
      preCreate: async (draft) => {
        const { preCreate } = catalogue.volume;
        const outcome = await generations.use(({ runner }) => runner.plan(preCreate, draft, { log }));
        return { ...outcome, blame: secrets.blame(outcome.blame) };
      },
      preRemove: (removal) => ask(catalogue.volume.preRemove, removal),
      emit: (action, id, driver) => events.emit({ type: 'volume', action, id, attributes: { driver } }),
    },
  };
}
