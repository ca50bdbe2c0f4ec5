import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addNetwork, deleteNetwork } from '../../../../plugins/network-cni/cni/chain.ts';
import type { CniAttachment, CniNetwork } from '../../../../plugins/network-cni/cni/types.ts';

/** A plugin that records its calls and prints the content of a file. */
const recorder = `#!/bin/sh
dir=$(dirname "$0"); name=$(basename "$0")
{ printf '%s %s %s %s ' "$name" "$CNI_COMMAND" "$CNI_IFNAME" "$CNI_ARGS"; cat; echo; } >> "$dir/calls"
[ -e "$dir/$name.fails" ] && { cat "$dir/$name.fails"; exit 1; }
echo '{"cniVersion":"1.0.0","ips":[{"address":"10.0.0.2/24"}]}'
`;

const network: CniNetwork = {
  cniVersion: '1.0.0',
  name: 'net',
  plugins: [{ type: 'bridge' }, { type: 'portmap', capabilities: { portMappings: true } }],
};

describe('network-cni: chain', () => {
  let directory: string;
  let attachment: CniAttachment;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'pouch-cni-'));
    for (const name of ['bridge', 'portmap']) {
      await writeFile(join(directory, name), recorder);
      await chmod(join(directory, name), 0o755);
    }
    attachment = {
      containerId: 'c1',
      netns: '/proc/self/ns/net',
      interface: 'eth0',
      binDirs: [join(directory, 'none'), directory],
      runtimeConfig: { portMappings: [{ hostPort: 8080, containerPort: 80, protocol: 'tcp' }] },
      ip: '10.0.0.9',
    };
  });
  afterEach(() => rm(directory, { recursive: true }));

  async function calls(): Promise<string[]> {
    return (await readFile(join(directory, 'calls'), 'utf8')).trim().split('\n');
  }

  it('passes the first plugin’s result to the others, and to each plugin the values of its capabilities', async () => {
    await addNetwork(network, attachment);
    const [bridge = '', portmap = ''] = await calls();
    assert.match(bridge, /^bridge ADD eth0 IgnoreUnknown=1;IP=10\.0\.0\.9 /);
    assert.doesNotMatch(bridge, /runtimeConfig|prevResult|capabilities/);
    assert.match(portmap, /"runtimeConfig":{"portMappings":\[{"hostPort":8080/);
    assert.match(portmap, /"prevResult":{"cniVersion":"1.0.0","ips"/);
  });

  it('detaches in reverse order with the same values', async () => {
    await deleteNetwork(network, attachment, { cniVersion: '1.0.0' });
    const [first = '', second = ''] = await calls();
    assert.match(first, /^portmap DEL .*"portMappings".*"prevResult"/);
    assert.match(second, /^bridge DEL /);
  });

  it('runs all plugins to detach even if one fails, and reports the failure at the end', async () => {
    await writeFile(join(directory, 'portmap.fails'), '{"code":11,"msg":"rules are locked"}');
    await assert.rejects(deleteNetwork(network, attachment, undefined), {
      message: /"portmap" failed at DEL: rules are locked/,
    });
    assert.equal((await calls()).length, 2);
  });

  it('reports the message of a plugin with its name', async () => {
    await writeFile(
      join(directory, 'bridge.fails'),
      '{"code":999,"msg":"no IP addresses available","details":"in range"}',
    );
    await assert.rejects(addNetwork(network, attachment), {
      code: 'PCH_CNI_FAILED',
      message: 'CNI plugin "bridge" failed at ADD: no IP addresses available (in range)',
      hint: /larger subnet/,
    });
  });

  it('names a missing plugin and how to install it', async () => {
    await rm(join(directory, 'portmap'));
    await assert.rejects(addNetwork(network, attachment), {
      code: 'PCH_CNI_PLUGIN_MISSING',
      hint: /apt-get install containernetworking-plugins/,
    });
  });
});
