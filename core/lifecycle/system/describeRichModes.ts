import type { RichModeInfo } from '../../../hooks/engine.ts';
import type { EngineContext } from '../shared/engineContext.ts';

/** Every rich mode, by name. */
export function describeRichModes({ generations }: EngineContext): RichModeInfo[] {
  return generations.current.contributions
    .flatMap(({ plugin, contributed }) =>
      contributed.of('richMode').map(({ name, doc }) => ({ name, plugin, doc })),
    )
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
