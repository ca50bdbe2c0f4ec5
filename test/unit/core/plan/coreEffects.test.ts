import assert from 'node:assert/strict';
import { addCoreEffects } from '../../../../core/plan/coreEffects.ts';
import { emptyDraft } from './support.ts';

describe('the effects of a start', () => {
  function taskNeeds(networkFirst: boolean): string[] {
    const draft = emptyDraft();
    draft.effects['network.eth0'] = { kind: 'cni', stage: 'start', args: {} };
    draft.effects['mine'] = { kind: 'mine', stage: 'start', args: {} };
    draft.effects['late'] = { kind: 'mine', stage: 'start', args: {}, late: true };
    draft.effects['later'] = { kind: 'mine', stage: 'start', args: {}, needs: ['late'] };
    addCoreEffects(draft, {
      ...{ directory: '/d', netnsPath: '/n', containerdType: 'io.containerd.x.v2', stdioLog: null },
      ...{ usernsPath: '/u', idmapDirectory: '/i' },
      networkFirst,
    });
    return draft.effects['task']?.needs ?? [];
  }

  it('attach networks while the runtime makes the container', () => {
    assert.ok(taskNeeds(false).includes('mine'));
    assert.ok(!taskNeeds(false).includes('network.eth0'));
  });

  it('apply late ones, and what needs them, while it does', () => {
    for (const key of ['late', 'later']) assert.ok(!taskNeeds(false).includes(key), key);
  });

  it('attach them before a virtual machine boots', () => {
    for (const key of ['network.eth0', 'late', 'later']) assert.ok(taskNeeds(true).includes(key), key);
  });
});
