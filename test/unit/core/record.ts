import type { ContainerRecord } from '../../../hooks/engine.ts';

type Parts = {
  [K in 'draft' | 'state' | 'request' | 'paths']?: Partial<ContainerRecord[K]>;
} & Partial<Omit<ContainerRecord, 'draft' | 'state' | 'request' | 'paths'>>;

/** A container's record, with the parts that matter to a test. */
export function record({ draft, state, request, paths, ...more }: Parts = {}): ContainerRecord {
  const id = more.id ?? 'c1'.repeat(32);
  return {
    id,
    name: 'box',
    createdAt: '2026-01-01T00:00:00.000Z',
    restartCount: 0,
    stoppedByUser: false,
    degraded: [],
    warnings: [],
    attachments: {},
    ...more,
    request: { image: 'busybox', ...request },
    draft: {
      id,
      image: { reference: 'docker.io/library/busybox:latest', id: `sha256:${'ab'.repeat(32)}`, config: {} },
      labels: {},
      annotations: {},
      process: { env: {} },
      mounts: {},
      effects: {},
      network: { mode: 'bridge' },
      rich: { enabled: false, mode: '', initScript: '' },
      restart: { name: 'no', maximumRetryCount: 0 },
      ...draft,
    },
    state: {
      status: 'created',
      pid: 0,
      exitCode: 0,
      oomKilled: false,
      error: '',
      startedAt: '',
      finishedAt: '',
      ...state,
    },
    paths: { directory: '', log: '', hosts: '', hostname: '', resolvConf: '', ...paths },
  } as unknown as ContainerRecord;
}
