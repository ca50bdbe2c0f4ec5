import { definePlugin, type TapContext, Type } from 'pouch/hooks';

/** Hangs at the hook that the label `hang` of a container names, until its signal aborts; with `free`, at none. */
export default definePlugin({
  name: 'hangs',
  options: Type.Object({ free: Type.Boolean({ default: false }) }),
  setup({ hooks: { container }, options }) {
    const at =
      (hook: string) =>
      async (labels: Record<string, string>, { signal, log }: TapContext): Promise<void> => {
        if (options.free || labels['hang'] !== hook) return;
        await new Promise<void>((_, reject) => {
          signal.addEventListener('abort', () => {
            log.info(`${hook} of ${labels['name']} was aborted`);
            reject(new Error('aborted'));
          });
        });
      };
    const preCreate = at('preCreate');
    container.preCreate.tap({ timeoutMs: 60_000 }, (draft, context) => preCreate(draft.labels, context));
    const prestart = at('prestart');
    container.prestart.tap({ timeoutMs: 60_000 }, (moment, context) =>
      prestart(moment.container.draft.labels, context),
    );
    const preExec = at('preExec');
    const hanging = { hang: 'preExec', name: 'exec' };
    container.preExec.tap({ timeoutMs: 60_000 }, (draft, context) =>
      preExec(draft.args[0] === 'hang' ? hanging : {}, context),
    );
    const preRemove = at('preRemove');
    container.preRemove.tap({ timeoutMs: 60_000 }, (removal, context) =>
      preRemove(removal.container.draft.labels, context),
    );
    const poststop = at('poststop');
    container.poststop.tap({ timeoutMs: 1500 }, (moment, context) =>
      poststop(moment.container.draft.labels, context),
    );
  },
});
