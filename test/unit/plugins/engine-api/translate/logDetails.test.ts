import assert from 'node:assert/strict';
import type { ContainerDraft } from '../../../../../hooks/index.ts';
import { shownDetails } from '../../../../../plugins/engine-api/translate/container/logDetails.ts';

describe('details of a log', () => {
  const shown = (options: Record<string, string>, secrets?: ContainerDraft['secrets']) =>
    shownDetails({
      log: { driver: 'json-file', options },
      labels: { owner: 'ops team', tier: '1', 'a,b': '=' },
      process: { env: { REGION: 'eu', DSN: 'secret', REASON: '%' } },
      ...(secrets && { secrets }),
    } as unknown as ContainerDraft);

  it('are the labels and variables that its options name, in order', () => {
    assert.equal(shown({ labels: 'tier,owner,none', env: 'REGION' }), 'REGION=eu,owner=ops+team,tier=1 ');
    assert.equal(shown({ 'labels-regex': '^t', 'env-regex': '^RE' }), 'REASON=%25,REGION=eu,tier=1 ');
    assert.equal(shown({ labels: 'a,b' }), ' ');
    assert.equal(shown({ 'labels-regex': ',' }), 'a%2Cb=%3D ');
    assert.equal(shown({}), ' ');
  });

  it('have no secrets, and need a valid expression', () => {
    assert.equal(shown({ env: 'DSN,REGION' }, { 'process.env.DSN': true }), 'REGION=eu ');
    assert.throws(() => shown({ 'labels-regex': '(' }), { code: 'PCH_OPTION_INVALID' });
  });
});
