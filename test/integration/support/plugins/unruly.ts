import { type ContainerDraft, definePlugin } from 'pouch/hooks';

type Effect = ContainerDraft['effects'][string];

const effect = (kind: string, more: Partial<Effect> = {}): Effect => ({
  kind,
  stage: 'start',
  args: {},
  ...more,
});

const faults: Record<string, (draft: ContainerDraft) => void> = {
  circle: ({ effects }) => {
    effects['first'] = effect('unruly', { needs: ['second'] });
    effects['second'] = effect('unruly', { needs: ['first'] });
  },
  'missing-need': ({ effects }) => void (effects['first'] = effect('unruly', { needs: ['nobody'] })),
  'later-need': ({ effects }) =>
    void (effects['first'] = effect('unruly', { stage: 'create', needs: ['netns'] })),
  describe: ({ effects }) => void (effects['first'] = effect('unruly-describe')),
  interface: ({ effects }) => void (effects['network.eth7'] = effect('unruly', { needs: ['netns'] })),
  result: ({ effects }) => void (effects['first'] = effect('unruly-result')),
  reserved: ({ effects }) => void (effects['io'] = effect('unruly')),
  annotation: ({ annotations }) => void (annotations['io.pouch.runtime'] = 'unheard-of'),
  'good-annotation': ({ annotations }) => void (annotations['io.pouch.runtime'] = 'crun'),
  runtime: (draft) => void (draft.runtime = 'unheard-of'),
  user: ({ process }) => void (process.user = 'stranger'),
  command: ({ process }) => void (process.command = []),
  rich: (draft) => void (draft.rich = { enabled: true, mode: 'upstart', initScript: '' }),
};

/** Does what the label `fault` of a container says. */
export default definePlugin({
  name: 'unruly',
  setup({ hooks: { container }, effect }) {
    const undo = () => Promise.resolve();
    const describe = () => 'do nothing';
    effect({ kind: 'unruly', describe, apply: () => Promise.resolve(), undo });
    effect({ kind: 'unruly-result', describe, apply: () => Promise.resolve({ size: 7n }), undo });
    effect({
      kind: 'unruly-describe',
      describe: () => {
        throw new Error('no words');
      },
      apply: () => Promise.resolve(),
      undo,
    });
    container.preCreate.tap((draft) => faults[draft.labels['fault'] ?? '']?.(draft));
    container.preExec.tap((draft) => {
      if (draft.args[0] === 'stranger') draft.user = 'stranger';
    });
  },
});
