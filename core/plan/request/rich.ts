import type { ContainerDraft } from '../../../hooks/draft.ts';
import { richAnnotation, richModeKey } from '../../../hooks/draftKeys.ts';
import { field, type FieldPath } from '../../../hooks/fields.ts';
import { invalidField } from '../../../hooks/invalidField.ts';
import type { ContainerRequest, RichRequest } from '../../../hooks/request.ts';

/**
 * Makes the container rich if its request says so: by `rich`, or else by a label or an annotation, for clients that
 * have no such field.
 * @throws PCH_OPTION_INVALID
 */
export function applyRich(draft: ContainerDraft, request: ContainerRequest): void {
  const rich = request.rich ?? marked('labels', request.labels) ?? marked('annotations', request.annotations);
  // With the annotation a mode confirms that it was applied.
  delete draft.annotations[richAnnotation];
  delete draft.annotations[richModeKey];
  if (rich) draft.rich = checked(rich);
}

function marked(
  where: 'labels' | 'annotations',
  keys: ContainerRequest['labels'] = {},
): RichRequest | undefined {
  const [rich, mode] = [keys[richAnnotation], keys[richModeKey]];
  if (rich === undefined && mode === undefined) return undefined;
  if (rich === 'false' || rich === '0') return { enabled: false };
  if (rich !== undefined && rich !== 'true' && rich !== '1')
    throw invalidField(
      `${where}["${richAnnotation}"]` satisfies FieldPath,
      `expected true or false, found "${rich.slice(0, 100)}"`,
      `the mode is the value of ${richModeKey}`,
    );
  return { enabled: true, ...(mode !== undefined && { mode }) };
}

/** Without a profile, clients check that already. */
function checked(rich: RichRequest): ContainerDraft['rich'] {
  const { enabled = false, mode = '', initScript = '', restartAfterPoweroff, nested, ...more } = rich;
  const settings = { mode, initScript, restartAfterPoweroff, nested, ...more };
  const set = Object.entries(settings).find(
    ([, value]) => value !== undefined && value !== '' && value !== false,
  );
  if (enabled) {
    checkInit(rich);
    return {
      ...{ enabled, mode, initScript, ...more },
      ...(restartAfterPoweroff && { restartAfterPoweroff }),
      ...(nested && { nested }),
    };
  }
  if (set === undefined) return { enabled, mode, initScript };
  throw invalidField(
    `rich.${set[0]}` as FieldPath,
    'expected a rich container, found another one',
    `add ${field('rich.enabled')}, or leave it out`,
  );
}

function checkInit({ initScript = '', initArgs = [], initTimeout = 0 }: RichRequest): void {
  if (initArgs.length > 0 && initScript === '')
    throw invalidField(
      'rich.initArgs',
      `expected ${field('rich.initScript')}, whose arguments they are, found none`,
      `add it, or use ${field('rich.initCommands')}`,
    );
  if (initTimeout < 0)
    throw invalidField('rich.initTimeout', `expected seconds, found ${initTimeout}`, '0 means unlimited');
}
