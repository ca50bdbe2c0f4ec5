/** Rules of pouchd.yaml that every container has to meet. */
import { definePlugin } from '../../hooks/index.ts';
import { checkContainer, checkExec, checkUpdate, checkVolume } from './check.ts';
import { Options } from './rules.ts';

export default definePlugin({
  name: 'policy',
  doc: 'Refuses containers, volumes, execs and updates that break a rule of its options (`PCH_POLICY_DENIED`).',
  options: Options,
  required: true,
  setup({ hooks, host, options: { rules } }) {
    if (rules.length === 0) return;
    hooks.container.validate.tap((input) => checkContainer(rules, input, host.root));
    hooks.volume.preCreate.tap({ phase: 'late' }, (draft) => checkVolume(rules, draft));
    // What a container may not have from the start, it may not get later.
    hooks.container.preExec.tap({ phase: 'late' }, (draft) => checkExec(rules, draft));
    hooks.container.preUpdate.tap({ phase: 'late' }, (draft) => checkUpdate(rules, draft));
  },
});
