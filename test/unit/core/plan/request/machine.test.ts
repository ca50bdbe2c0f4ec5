import assert from 'node:assert/strict';
import { needsOf } from '../../../../../core/plan/runtime/needs.ts';
import type { ContainerRecord } from '../../../../../hooks/engine.ts';
import type { ContainerRequest } from '../../../../../hooks/request.ts';
import { emptyDraft, requested } from '../support.ts';

function vm(status = 'running'): Record<string, ContainerRecord> {
  const draft = { ...emptyDraft(), runtime: 'kata' };
  draft.namespaces.network = '/run/pouch/netns/first';
  return { first: { id: 'f1', name: 'first', draft, state: { status } } as unknown as ContainerRecord };
}

const into = (more: Partial<ContainerRequest> = {}, vms = vm()) =>
  requested({ vmOf: 'first', ...more }, {}, vms);

describe('--vm-of', () => {
  it('gives a container the runtime and the network of the VM', async () => {
    const { vmOf, runtime, network, namespaces } = await into();
    assert.deepEqual(
      { vmOf, runtime, mode: network.mode, netns: namespaces.network },
      { vmOf: 'f1', runtime: 'kata', mode: 'container:f1', netns: '/run/pouch/netns/first' },
    );
  });

  it('needs a runtime that shares VMs, and joins no namespace on the host', async () => {
    const needs = needsOf(await into());
    assert.ok(needs.includes('sharedMachine'));
    assert.ok(!needs.includes('joinNamespaces'));
  });

  it('takes no runtime, network or ports of its own', async () => {
    const invalid = { code: 'PCH_OPTION_INVALID' };
    await assert.rejects(into({ runtime: 'runc' }), invalid);
    await assert.rejects(into({ network: { mode: 'none' } }), invalid);
    await assert.rejects(into({ network: { mode: '', ip: '10.0.0.1' } }), invalid);
    const ports = [{ containerPort: 80, protocol: 'tcp' as const }];
    await assert.rejects(into({ network: { mode: '', ports } }), invalid);
    await into({ runtime: 'kata', network: { mode: 'bridge' } });
  });

  it('requires a running VM', async () => {
    await assert.rejects(into({}, vm('exited')), { code: 'PCH_CONTAINER_NOT_RUNNING' });
  });
});
