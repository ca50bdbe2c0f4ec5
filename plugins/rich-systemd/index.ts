import { definePlugin } from '../../hooks/index.ts';
import { findSystemd, requireSystemd } from './findInit.ts';
import { makeMachine } from './machine.ts';

/** Rich mode `systemd`: the image's systemd is PID 1, without any privilege beyond the default capabilities. */
export default definePlugin({
  name: 'rich-systemd',
  version: '0.1.0',
  doc: 'Rich mode systemd: runs the image’s systemd as PID 1 and the command as one of its units.',
  setup({ hooks, host }) {
    // With no mode asked for, the image decides: systemd if it has it, else what the next rich plugin finds.
    hooks.container.preCreate.tap(
      { phase: 'early', before: ['rich-sbin-init?', 'rich-dumb-init?'] },
      async ({ rich, image }) => {
        if (rich.enabled && rich.mode === '' && (await findSystemd(image))) rich.mode = 'systemd';
      },
    );
    // Late: the units hold the command, environment and user as every other plugin has left them.
    hooks.container.spec.tap({ phase: 'late', overrides: ['*'] }, async (draft) => {
      if (!draft.rich.enabled || draft.rich.mode !== 'systemd') return;
      draft.annotations['io.pouch.rich'] = 'systemd';
      makeMachine(draft, host, await requireSystemd(draft.image));
    });
  },
});
