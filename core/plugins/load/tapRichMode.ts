import type { ContainerDraft } from '../../../hooks/draft.ts';
import type { Hooks } from '../../../hooks/catalogue.ts';
import type { RichMode } from '../../../hooks/contributions/richMode.ts';
import { richAnnotation } from '../../../hooks/draftKeys.ts';

/** Has a rich mode chosen and applied by taps, so that it has deadlines, blame and policies as they do. */
export function tapRichMode({ container }: Hooks, mode: RichMode): void {
  const { name, before = [], after = [] } = mode;
  if (mode.suits)
    container.preCreate.tap({ name, phase: 'early', before, after, when: { rich: '' } }, async (draft) => {
      const suits = await mode.suits?.(draft);
      if (suits) draft.rich.mode = name;
      if (typeof suits === 'string' && suits !== '') draft.rich.reason = suits;
    });
  // Late: the init wraps the command, environment and user after all changes by other plugins.
  container.spec.tap(
    { name, phase: 'late', overrides: ['*'], when: { rich: name } },
    async (draft, context) => {
      draft.annotations[richAnnotation] = name;
      if (mode.stop) allowTime(draft, mode.stop.timeoutSeconds);
      await mode.apply(draft, context);
    },
  );
}

/** A longer timeout of pouchd.yaml or a plugin stays; -1 means without limit. */
function allowTime({ stop }: ContainerDraft, seconds: number): void {
  if (!stop.isRequested && stop.timeoutSeconds >= 0)
    stop.timeoutSeconds = Math.max(stop.timeoutSeconds, seconds);
}

/** `apply` of a mode in a process of its own, which has its taps already. */
export function tappedByProcess(): void {
  throw new Error('the taps of the process apply it');
}
