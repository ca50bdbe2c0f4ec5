import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { catalogue } from '../../../hooks/catalogue.ts';
import type { ContainerRecord, Containers } from '../../../hooks/engine.ts';
import { documentedBlock } from '../../support/documentedBlock.ts';
import { record } from '../core/record.ts';
import { entry, load, rejection } from '../core/plugins/support/load.ts';

const path = `${import.meta.dirname}/../../../examples/max-running/max-running.ts`;

async function start(container: ContainerRecord, running: ContainerRecord[]) {
  const containers = { list: () => running } as unknown as Containers;
  const { runner, log } = await load([], { entries: [entry({ path, options: { max: 2 } })] }, { containers });
  return runner.apply(catalogue.container.prestart, { container, netns: '' }, { log });
}

describe('examples/max-running', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((name) => record({ id: name.repeat(64), name }));

  it('is the example of docs/guides/plugins.md', () => {
    const code = readFileSync(path, 'utf8').replace(/^\/\*\* .* \*\/\n/m, '');
    assert.equal(documentedBlock('guides/plugins.md', 'max-running'), code);
  });

  it('lets containers start up to its number', async () => {
    await start(b!, [a!]);
  });

  it('does not count a container that restarts twice', async () => {
    await start(b!, [a!, b!]);
  });

  it('refuses one more, with what to do', async () => {
    const { code, message, hint, plugin } = await rejection(start(c!, [a!, b!]));
    assert.deepEqual([code, plugin], ['PCH_CONFLICT', 'max-running']);
    assert.match(message, /expected fewer than 2 running containers, found 2/);
    assert.match(hint ?? '', /pouch ps/);
  });
});
