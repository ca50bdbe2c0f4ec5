import assert from 'node:assert/strict';
import type { ContainerDraft } from '../../../../hooks/index.ts';
import { addValues, isRenewal, needsValues, someFileOf } from '../../../../plugins/lxcfs/values.ts';
import { untrue, warningOf } from '../../../../plugins/lxcfs/warning.ts';

describe('values without lxcfs', () => {
  const draftWith = (mounts: ContainerDraft['mounts'] = {}) =>
    ({ id: 'ab'.repeat(32), cgroupsPath: '/pouch/box', mounts, effects: {} }) as unknown as ContainerDraft;

  it('are files of a process of the container, mounted late', () => {
    const draft = draftWith();
    addValues(draft, '/opt/pouch/bin/pouch-values', '/run/pouch');
    const [effect] = Object.values(draft.effects);
    assert.deepEqual([effect?.kind, effect?.stage], ['host.process', 'start']);
    assert.deepEqual(effect?.args['argv'], ['/opt/pouch/bin/pouch-values', '/pouch/box']);
    assert.deepEqual(draft.mounts['/proc/meminfo'], {
      type: 'bind',
      source: '/run/pouch/processes/abababababab/proc-values/meminfo',
      options: ['bind', 'ro', 'late'],
    });
    assert.ok(Object.values(draft.mounts).some(({ source }) => source === someFileOf(draft)));
  });

  it('are for services, and for one command only if it has limits', () => {
    const needs = (mode: string, resources: object = {}) =>
      needsValues({ rich: { mode }, resources } as ContainerDraft);
    assert.equal(needs('systemd'), true);
    assert.equal(needs('dumb-init'), false);
    assert.equal(needs('dumb-init', { memory: { limit: 1 } }), true);
  });

  it('leave mounts of others alone, and are not made where nothing is left', () => {
    const mine = { type: 'bind', source: '/mine', options: ['bind'] };
    const draft = draftWith({ '/proc/uptime': mine });
    addValues(draft, '/bin/values', '/run/pouch');
    assert.equal(draft.mounts['/proc/uptime'], mine);
    const taken = draftWith(Object.fromEntries(Object.keys(draft.mounts).map((path) => [path, mine])));
    addValues(taken, '/bin/values', '/run/pouch');
    assert.deepEqual(taken.effects, {});
    assert.equal(someFileOf(taken), undefined);
  });

  it('are mounted again when their process has started again', () => {
    const attributes = { effect: 'process.procValues' };
    assert.equal(isRenewal({ action: 'process_started', attributes }), true);
    assert.equal(isRenewal({ action: 'process_adopted', attributes }), false);
    assert.equal(isRenewal({ action: 'process_started', attributes: { effect: 'process.other' } }), false);
  });

  it('matter for limits', () => {
    assert.equal(untrue({ resources: {} }), '');
    assert.equal(untrue({ resources: { memory: { limit: 1 } } }), 'memory');
    assert.equal(untrue({ resources: { memory: { limit: -1 }, cpu: { quota: -1 } } }), '');
    assert.equal(untrue({ resources: { memory: { limit: 1 }, cpu: { cpus: '0' } } }), 'memory and CPUs');
  });

  it('a warning says what is not true', () => {
    const limited = { resources: { memory: { limit: 1 } } };
    const of = (hasValues: boolean, isWanted = false, draft: object = limited) =>
      warningOf(draft as ContainerDraft, { hasValues, isWanted, why: 'do this' });
    assert.match(of(true) ?? '', /as of the last second, and the load and disks of the host; do this$/);
    assert.match(of(false) ?? '', /shows the memory of the host; do this$/);
    assert.equal(of(true, false, { resources: {} }), undefined);
    assert.match(of(false, true, { resources: {} }) ?? '', /shows the values of the host/);
  });
});
