import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { loadConfig } from '../../../config/load.ts';
import { jsonPointer } from '../../../hooks/index.ts';
import { readHost } from '../../../plugins/host-agent/declare/readHost.ts';

const directory = `${import.meta.dirname}/../../../examples/fleet`;

describe('examples/fleet/fleet.yaml', () => {
  for (const host of ['web1', 'web2', 'web3'])
    it(`has sound declarations for ${host}`, () => {
      const text = readFileSync(`${directory}/fleet.yaml`, 'utf8').replace(/\$\{file:.*?\}/, 'secret');
      const { config } = loadConfig({ file: null, applied: { name: 'fleet.yaml', text, host } });
      const { containers, broken } = readHost(config, (pointer) => pointer, 'key');
      assert.deepEqual(broken, []);
      assert.deepEqual([...containers.keys()], host === 'web1' ? ['web', 'cron'] : ['web']);
      assert.equal(containers.get('web')?.request.env?.['NODE'], host.slice(-1));
      assert.equal(containers.get('web')?.origin, jsonPointer('containers', 'web'));
    });
});

describe('docs/guides/fleets.md', () => {
  const guide = readFileSync(`${import.meta.dirname}/../../../docs/guides/fleets.md`, 'utf8');
  for (const name of ['fleet.yaml', 'playbook.yaml', 'pouch-pull', 'pouch-pull.service', 'pouch-pull.timer'])
    it(`shows ${name} as it is`, () => {
      assert.ok(guide.includes(readFileSync(`${directory}/${name}`, 'utf8')));
    });
});
