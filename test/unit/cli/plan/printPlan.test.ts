import assert from 'node:assert/strict';
import type { PlanResponse } from '../../../../client/index.ts';
import { paletteFor } from '../../../../cli/output/colour.ts';
import { planLines } from '../../../../cli/plan/printPlan.ts';

const plan: PlanResponse = {
  plainSpec: { process: { env: ['A=1', 'B=1'] }, hostname: 'x' },
  spec: { process: { env: ['A=2', 'C=1'] }, hostname: 'x' },
  effects: [
    { key: 'rootfs', kind: 'snapshot', stage: 'create', sentence: 'prepare a snapshot of debian', args: {} },
    {
      key: 'network.eth0',
      kind: 'cni',
      stage: 'start',
      sentence: 'attach eth0 to bridge',
      args: {},
      needs: ['netns'],
    },
  ],
  blame: [
    {
      field: 'process.env.A',
      plugin: 'corp-hosts',
      hook: 'container.preCreate',
      action: 'changed',
      origin: '/etc/pouch/pouchd.yaml:12',
      ms: 0.4,
    },
  ],
  degraded: [{ plugin: 'lxcfs', hook: 'container.spec', message: 'not mounted' }],
  warnings: ['no swap limit'],
  runtime: 'runc',
  findings: [
    {
      code: 'PCH_PORT_IN_USE',
      message: 'port 80 is in use',
      field: 'HostConfig.PortBindings',
      hint: 'choose another one',
      plugin: 'network-cni',
    },
    { code: 'PCH_NAME_IN_USE', message: 'the name is in use' },
  ],
};

describe('a printed plan', () => {
  const noColours = paletteFor({ isTTY: false }, {});

  it('shows changes with their blame, effects in order, the runtime, and degradations', () => {
    assert.deepEqual(planLines(plan, noColours), [
      'Changes to the plain spec:',
      '~ process.env.A = "1" → "2"  # corp-hosts container.preCreate /etc/pouch/pouchd.yaml:12',
      '- process.env.B = "1"',
      '+ process.env.C = "1"',
      'Effects:',
      '  create  prepare a snapshot of debian (rootfs)',
      '  start   attach eth0 to bridge (network.eth0)',
      'Runtime: runc',
      'degraded: without lxcfs (container.spec): not mounted',
      'warning: no swap limit',
      'Would fail:',
      '  PCH_PORT_IN_USE: port 80 is in use',
      '    by plugin network-cni',
      '    field: HostConfig.PortBindings',
      '    hint: choose another one',
      '  PCH_NAME_IN_USE: the name is in use',
    ]);
  });

  it('shows changes of plugins that the spec has no field for, of each field the last', () => {
    const change = (field: string, more: object) =>
      ({ field, plugin: 'team', hook: 'container.preCreate', action: 'set', ms: 0.1, ...more }) as const;
    const blame = [
      ...plan.blame,
      change('labels.owner', { after: 'first' }),
      change('labels.owner', { after: 'ops', origin: 'pouchd.yaml:3' }),
      change('labels.asked', { plugin: 'request', after: 'x' }),
      change('effects["a"]', { after: {} }),
      change('stop.signal', { action: 'changed', before: 'SIGTERM', after: 'SIGINT' }),
      change('stop.command', { action: 'removed', before: ['x'] }),
    ];
    const lines = planLines({ ...plan, blame }, noColours);
    const from = lines.indexOf('Other changes of plugins:');
    assert.deepEqual(lines.slice(from + 1, lines.indexOf('Effects:')), [
      '+ labels.owner = "ops"  # team container.preCreate pouchd.yaml:3',
      '~ stop.signal = "SIGTERM" → "SIGINT"  # team container.preCreate',
      '- stop.command = ["x"]  # team container.preCreate',
    ]);
  });

  it('says so where nothing would fail, and where the host was not looked at', () => {
    const lines = (offline: boolean) =>
      planLines({ ...plan, findings: [] }, noColours, { offline }).slice(-2);
    assert.deepEqual(lines(false), ['Would fail:', '  none']);
    assert.deepEqual(lines(true), ['Would fail (without a look at the host):', '  none']);
  });

  it('has colours only on a terminal, and not with NO_COLOR', () => {
    const coloured = (isTTY: boolean, env: Record<string, string>) =>
      planLines(plan, paletteFor({ isTTY }, env)).join('').includes('\u001b');
    assert.equal(coloured(true, {}), true);
    assert.equal(coloured(true, { NO_COLOR: '1' }), false);
    assert.equal(coloured(true, { TERM: 'dumb' }), false);
    assert.equal(coloured(false, {}), false);
  });
});
