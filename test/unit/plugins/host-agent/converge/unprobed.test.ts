import assert from 'node:assert/strict';
import { PouchError, type ContainerRequest } from '../../../../../hooks/index.ts';
import type { AgentContext } from '../../../../../plugins/host-agent/converge/agentContext.ts';
import { unprobedOf } from '../../../../../plugins/host-agent/converge/unprobed.ts';
import { readHost } from '../../../../../plugins/host-agent/declare/readHost.ts';
import { labels } from '../../../../../plugins/host-agent/labels.ts';
import { comparable, declarationDigest } from '../../../../../plugins/host-agent/plan/comparable.ts';
import type { HostState } from '../../../../../plugins/host-agent/plan/hostState.ts';

const key = 'key';
const check = { test: ['CMD', 'true'] };

interface Situation {
  db?: object;
  /** Of the image. */
  Healthcheck?: object;
  /** The plan of the engine; undefined: it fails. */
  planned?: object | undefined;
  /** The health check of the container that runs as it is declared. */
  running?: object | undefined;
  isPulled?: boolean;
}

describe('containers without a health check that others wait for', () => {
  async function found({
    db = {},
    Healthcheck,
    isPulled = true,
    ...situation
  }: Situation): Promise<string[]> {
    const containers = {
      web: { image: 'a', dependsOn: { db: 'healthy' } },
      app: { image: 'a', dependsOn: ['web'] },
      db: { image: 'a', ...db },
    };
    const declared = readHost({ networks: {}, volumes: {}, containers }, () => undefined, key);
    const { request } = declared.containers.get('db')!;
    const context = {
      images: { get: async () => ({ config: { config: { Healthcheck } } }) },
      containers: {
        async plan() {
          if (!('planned' in situation)) throw new PouchError('PCH_NETWORK_NOT_FOUND', 'no such network');
          return { draft: { healthcheck: situation.planned } };
        },
      },
    } as unknown as AgentContext;
    const record = {
      name: 'db',
      draft: {
        image: { id: 'sha256:a' },
        labels: { [labels.declaration]: declarationDigest(comparable(request), key) },
        healthcheck: situation.running,
      },
    };
    const state = {
      images: new Map(isPulled ? [['a', 'sha256:a']] : []),
      containers: 'running' in situation ? [record] : [],
    } as unknown as HostState;
    const complete = (asked: ContainerRequest) => asked;
    return [...(await unprobedOf(context, declared, { state, complete, key }))];
  }

  for (const [what, situation, expected] of [
    ['neither has one', {}, ['db']],
    ['the declaration has one', { db: { 'health-cmd': 'true' } }, []],
    ['the declaration has only its interval', { db: { 'health-interval': '1s' } }, ['db']],
    ['the image has one', { Healthcheck: { Test: check.test } }, []],
    ['the image has none, in words', { Healthcheck: { Test: ['NONE'] } }, ['db']],
    ['the image is not on the host', { isPulled: false }, []],
    ['a plugin adds one', { planned: check }, []],
    ['no plugin adds one', { planned: undefined }, ['db']],
    ['it runs with one', { running: check }, []],
    ['it runs without one', { running: undefined, Healthcheck: { Test: check.test } }, ['db']],
  ] as [string, Situation, string[]][])
    it(`are ${expected.length === 0 ? 'not ' : ''}known if ${what}`, async () =>
      assert.deepEqual(await found(situation), expected));
});
