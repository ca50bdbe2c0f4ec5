import assert from 'node:assert/strict';
import { parseAddress } from '../../../../plugins/log-syslog/address.ts';
import { formatLine } from '../../../../plugins/log-syslog/format.ts';
import { tagOf } from '../../../../plugins/log-syslog/tag.ts';

const id = 'ab12'.repeat(16);
const container = (tag: string) => ({ id, name: 'web', image: 'nginx:1', options: { tag } });

describe('syslog messages', () => {
  it('have the form of RFC 5424', () => {
    const line = { stream: 'stderr', time: '2026-11-27T14:55:53.678924123Z', text: 'it fails  ä' } as const;
    const header = { facility: 16, host: 'node 1', tag: 'web', id: 'ab12' };
    assert.equal(
      formatLine(line, header).toString(),
      '<131>1 2026-11-27T14:55:53.678924Z node_1 web ab12 - - it fails  ä',
    );
    assert.match(formatLine(line, { ...header, tag: '' }).toString(), / node_1 - ab12 /);
  });

  const addresses = {
    'unix:///dev/log': { kind: 'unix', path: '/dev/log' },
    'unixgram:///run/x': { kind: 'unix', path: '/run/x' },
    'udp://logs.example': { kind: 'udp', host: 'logs.example', port: 514 },
    'tcp://[::1]:601': { kind: 'tcp', host: '::1', port: 601 },
  };
  for (const [text, address] of Object.entries(addresses))
    it(`go to ${text}`, () => assert.deepEqual(parseAddress(text), address));

  for (const text of [
    '',
    'logs:514',
    'tcp://',
    'tcp://x:0',
    'udp://x:70000',
    'unix://relative',
    'tcp+tls://x',
  ])
    it(`do not go to "${text}"`, () =>
      assert.throws(() => parseAddress(text), { code: 'PCH_OPTION_INVALID' }));

  it('have a tag with fields of the container', () => {
    assert.equal(tagOf(container('{{.Name}}/{{ .ID }}')), `web/${id.slice(0, 12)}`);
    assert.equal(tagOf(container('{{.ImageName}}')), 'nginx:1');
    for (const tag of ['{{.Nme}}', '{{json .}}', '{{.constructor}}'])
      assert.throws(() => tagOf(container(tag)), { code: 'PCH_OPTION_INVALID' });
  });
});
