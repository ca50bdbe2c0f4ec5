import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { HookGraphWire } from '../../../../../client/index.ts';
import { svgGraph } from '../../../../../cli/plugins/graph/svgGraph.ts';
import { textGraph } from '../../../../../cli/plugins/graph/textGraph.ts';

function tap(
  label: string,
  more: Partial<HookGraphWire['taps'][number]> = {},
): HookGraphWire['taps'][number] {
  const [plugin = label] = label.split(':');
  const wishes = { before: [], after: [], overrides: [] };
  return { label, plugin, phase: 'main', ...wishes, onError: 'fail', timeoutMs: 5000, ...more };
}

const hooks: HookGraphWire[] = [
  {
    hook: 'container.preCreate',
    kind: 'plan',
    taps: [
      tap('rich-systemd', { phase: 'early' }),
      tap('corp-hosts', { origin: '/etc/pouch/pouchd.yaml:7' }),
      tap('dev-hosts:late', { after: ['corp-hosts', 'lxcfs?'], overrides: ['corp-hosts'], onError: 'skip' }),
    ],
    edges: [{ from: 'corp-hosts', to: 'dev-hosts:late', by: 'dev-hosts' }],
  },
  { hook: 'daemon.ready', kind: 'observe', taps: [tap('a"<&>', { before: ['b'] })], edges: [] },
];

describe('pouch plugin graph', () => {
  it('prints the taps of each hook point in their order', () => {
    assert.deepEqual(textGraph(hooks), [
      'container.preCreate (plan)',
      '  1   early   rich-systemd',
      '  2   main    corp-hosts       at /etc/pouch/pouchd.yaml:7',
      '  3   main    dev-hosts:late   after corp-hosts, lxcfs?; overrides corp-hosts',
      '',
      'daemon.ready (observe)',
      '  1   main   a"<&>   before b',
    ]);
    assert.deepEqual(textGraph([]), []);
  });

  // POUCH_TEST_GOLDEN=write writes it.
  it('draws the same SVG every time', async () => {
    const file = join(import.meta.dirname, 'golden/graph.svg');
    if (process.env['POUCH_TEST_GOLDEN'] === 'write') await writeFile(file, svgGraph(hooks));
    assert.equal(svgGraph(hooks), await readFile(file, 'utf8'));
  });

  it('draws what a plugin is called as text, not as markup', () => {
    assert.match(svgGraph(hooks), />a&quot;&lt;&amp;&gt;</);
    assert.doesNotMatch(svgGraph(hooks), /a"</);
  });
});
