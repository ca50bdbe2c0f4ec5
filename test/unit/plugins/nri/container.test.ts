import assert from 'node:assert/strict';
import type { ContainerRecord } from '../../../../hooks/index.ts';
import { subjectOfDraft, subjectOfRecord } from '../../../../plugins/nri/convert/containerOf.ts';
import { Container, PodSandbox } from '../../../../plugins/nri/gen/nri.ts';
import { makeDraft } from '../../core/plugins/support/draft.ts';

/** As a plugin decodes it. */
function sent({ pod, container }: ReturnType<typeof subjectOfDraft>): {
  pod: PodSandbox;
  container: Container;
} {
  const through = <T>(
    form: { encode(value: T): { finish(): Uint8Array }; decode(bytes: Uint8Array): T },
    value: T,
  ) => form.decode(form.encode(value).finish());
  return {
    pod: through(PodSandbox, PodSandbox.fromPartial(pod)),
    container: through(Container, Container.fromPartial(container)),
  };
}

describe('a container as an NRI plugin sees it', () => {
  const draft = makeDraft({
    runtime: 'runc',
    labels: { app: 'web' },
    process: {
      ...makeDraft().process,
      entrypoint: ['/bin/sh', '-c'],
      command: ['true'],
      rlimits: { RLIMIT_NOFILE: { soft: 1024, hard: -1 } },
      oomScoreAdj: -10,
    },
    devices: { '/dev/fuse': { type: 'c', major: 10, minor: 229, access: 'rwm', fileMode: 0o666 } },
    resources: { memory: { limit: 1024, swap: -1 }, cpu: { cpus: '0' }, pids: { limit: 7 } },
    ociHooks: { one: { kind: 'poststop', path: '/bin/true', timeout: 3 } },
  });

  it('is alone in a pod of its own', () => {
    const { pod, container } = sent(subjectOfDraft(draft));
    assert.deepEqual([pod.id, container.podSandboxId, container.id], [draft.id, draft.id, draft.id]);
    assert.deepEqual(
      [pod.name, pod.uid, pod.namespace, pod.runtimeHandler, pod.labels.app],
      ['web', draft.id, 'pouch', 'runc', 'web'],
    );
    assert.deepEqual([pod.linux?.cgroupParent, pod.linux?.cgroupsPath], ['/pouch', draft.cgroupsPath]);
  });

  it('has what its draft says', () => {
    const { container } = sent(subjectOfDraft(draft));
    assert.deepEqual(container.args, ['/bin/sh', '-c', 'true']);
    assert.deepEqual(container.env, ['PATH=/usr/bin:/bin']);
    assert.deepEqual(container.mounts[0]?.destination, '/proc');
    assert.deepEqual([container.rlimits[0]?.soft, container.rlimits[0]?.hard], [1024n, 2n ** 64n - 1n]);
    assert.equal(container.linux?.oomScoreAdj?.value, -10n);
    assert.deepEqual(
      [container.linux?.devices[0]?.major, container.linux?.devices[0]?.fileMode?.value],
      [10n, 0o666],
    );
    const { memory, cpu, pids } = container.linux.resources!;
    assert.deepEqual(
      [memory?.limit?.value, memory?.swap?.value, memory?.kernel, cpu?.cpus, pids?.limit],
      [1024n, -1n, undefined, '0', 7n],
    );
    assert.equal(container.hooks?.poststop[0]?.timeout?.value, 3n);
    assert.ok(container.linux?.namespaces.some(({ type }) => type === 'pid'));
  });

  it('has the state of its record', () => {
    const record = {
      draft,
      createdAt: '2026-01-01T00:00:00.000Z',
      state: {
        status: 'running',
        pid: 42,
        exitCode: 0,
        oomKilled: true,
        error: 'why',
        startedAt: '',
        finishedAt: '',
      },
    } as ContainerRecord;
    const { pod, container } = sent(subjectOfRecord(record));
    assert.deepEqual(
      [container.state, container.pid, pod.pid, container.createdAt, container.startedAt],
      [3, 42, 42, BigInt(Date.parse(record.createdAt)) * 1_000_000n, 0n],
    );
    assert.deepEqual([container.statusReason, container.statusMessage], ['OOMKilled', 'why']);
  });
});
