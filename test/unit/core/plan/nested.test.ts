import assert from 'node:assert/strict';
import { nestedCalls, planNested } from '../../../../core/plan/nested.ts';
import { defaultSeccomp } from '../../../../core/plan/seccomp.ts';
import type { ContainerDraft } from '../../../../hooks/index.ts';

describe('container engines in a container', () => {
  const draftWith = (more: object = {}) =>
    ({
      rich: { enabled: true, nested: true },
      process: { capabilities: { CAP_CHOWN: true } },
      uidMappings: [{ containerID: 0, hostID: 100_000, size: 65_536 }],
      readonlyPaths: { '/proc/sys': true, '/proc/bus': true },
      namespaces: { network: '/run/pouch/netns/1' },
      sysctls: {},
      mounts: { '/sys/fs/cgroup': { type: 'cgroup', source: 'cgroup', options: ['nosuid', 'ro'] } },
      ...more,
    }) as unknown as ContainerDraft;
  const plan = (draft: ContainerDraft, kernel = '6.1.0') => planNested(draft, { isVm: false }, kernel);

  it('get what they need within the user namespace', () => {
    const draft = draftWith();
    assert.deepEqual(plan(draft), []);
    assert.deepEqual(Object.keys(draft.process.capabilities), [
      'CAP_CHOWN',
      'CAP_SYS_ADMIN',
      'CAP_NET_ADMIN',
    ]);
    assert.deepEqual(draft.readonlyPaths, { '/proc/bus': true });
    assert.deepEqual(draft.sysctls, { 'net.ipv4.ip_forward': '1' });
    assert.deepEqual(draft.mounts['/sys/fs/cgroup']?.options, ['nosuid', 'rw']);
    assert.equal(draft.namespaces.cgroup, '');
  });

  it('get nothing without the option', () => {
    const draft = draftWith({ rich: { enabled: true } });
    const before = structuredClone(draft);
    assert.deepEqual(plan(draft), []);
    assert.deepEqual(draft, before);
  });

  it('are refused where their rights would be over the host', () => {
    assert.throws(() => plan(draftWith({ uidMappings: [] })), { code: 'PCH_OPTION_INVALID' });
    assert.throws(() => planNested(draftWith(), { isVm: true }), { code: 'PCH_OPTION_INVALID' });
  });

  it('have a warning for what the request drops and the kernel lacks', () => {
    const draft = draftWith({
      process: { capabilities: {}, droppedCapabilities: { CAP_NET_ADMIN: true } },
    });
    assert.match(plan(draft).join(), /without CAP_NET_ADMIN, which it drops/);
    assert.deepEqual(Object.keys(draft.process.capabilities), ['CAP_SYS_ADMIN']);
    for (const kernel of ['5.10.0-21-amd64', '4.19.0'])
      assert.match(plan(draftWith(), kernel).join(), /has no overlay file systems in user namespaces/);
    assert.deepEqual(plan(draftWith(), '5.11.0-rc1'), []);
  });

  it('do not change the forwarding of a network that is not theirs', () => {
    const draft = draftWith({ namespaces: { network: 'container:ab' } });
    plan(draft);
    assert.deepEqual(draft.sysctls, {});
  });

  it('may make a few calls more', () => {
    const names = (more?: readonly string[]) =>
      defaultSeccomp({}, more ? { more } : {}).syscalls?.[0]?.names ?? [];
    for (const call of nestedCalls) {
      assert.ok(names(nestedCalls).includes(call));
      assert.ok(!names().includes(call));
    }
  });
});
