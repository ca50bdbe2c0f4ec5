import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createHarness, loadPlugin } from '../../../testing/index.ts';

const python = `#!/usr/bin/python3
import json, sys

manifest = {
    'protocol': 1, 'name': 'teams', 'inject': ['containers'], 'wants': ['network'],
    'options': {'type': 'object', 'properties': {'team': {'type': 'string', 'default': 'web'}}},
    'hooks': [{'point': 'container.preCreate'}],
    'routes': [{'method': 'GET', 'path': '/teams/:name'}],
    'verbs': [{'name': 'teams', 'doc': 'Counts.'}],
}

def send(**message):
    print(json.dumps(message), flush=True)

for line in sys.stdin:
    request = json.loads(line)
    if request['type'] == 'describe':
        send(type='reply', id=request['id'], manifest=manifest)
    elif request['type'] == 'hook':
        if 'refuse' in request['input']['labels']:
            send(type='reply', id=request['id'], error={'code': 'PCH_POLICY_DENIED', 'message': 'not here'})
            continue
        patch = [{'op': 'add', 'path': '/labels/team', 'value': request['options']['team']}]
        send(type='reply', id=request['id'], patch=patch)
    elif request['type'] == 'route':
        send(type='reply', id=request['id'], result={'json': request['params'], 'headers': {'X-Team': 'yes'}})
    elif request['type'] == 'verb':
        send(type='call', id=1, hook=request['id'], method='containers.list', args=[])
        count = len(json.loads(sys.stdin.readline())['result'])
        send(type='call', id=2, hook=request['id'], method='out', args=[f'{count} containers\\n'])
        sys.stdin.readline()
        send(type='reply', id=request['id'], result=3)
`;

const shell = `#!/bin/sh
while read -r line; do
  id=$(echo "$line" | grep -o '"id":[0-9]*' | head -1 | cut -d: -f2)
  case $line in
    *'"type":"describe"'*) echo '{"type":"reply","id":'$id',"manifest":{"protocol":1,"name":"mark","hooks":[{"point":"container.preCreate"}]}}' ;;
    *'"type":"hook"'*) echo '{"type":"reply","id":'$id',"patch":[{"op":"add","path":"/labels/mark","value":"yes"}]}' ;;
  esac
done
`;

describe('loadPlugin of pouch/testing', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pd-load-'));
  after(() => rm(directory, { recursive: true }));
  const file = (name: string, content: string, mode = 0o755) => {
    writeFileSync(join(directory, name), content, { mode });
    return join(directory, name);
  };
  const teams = file('teams', python);
  const running = () => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(teams);

  it('has an executable plan, and a neighbour in another language; dispose ends the processes', async () => {
    const plugin = await loadPlugin(pathToFileURL(teams));
    const neighbours = [await loadPlugin(file('mark', shell))];
    const harness = await createHarness(plugin, { options: { team: 'data' }, neighbours });
    const { draft, blame } = await harness.plan({ image: 'busybox' });
    assert.deepEqual([draft.labels['team'], draft.labels['mark']], ['data', 'yes']);
    assert.equal(blame.find(({ field }) => field === 'labels.team')?.plugin, 'teams');
    const refused = { code: 'PCH_POLICY_DENIED', plugin: 'teams', message: 'not here' };
    await assert.rejects(harness.plan({ labels: { refuse: '' } }), refused);
    assert.equal((await harness.plan()).draft.labels['team'], 'data');
    await harness.dispose();
    assert.equal(running(), false);
  });

  it('calls its routes and verbs, which call stand-ins of services without a grant', async () => {
    const services = { containers: { list: () => [] } };
    const harness = await createHarness(await loadPlugin(teams), { services });
    const { body, headers } = await harness.route('GET', '/teams/ops');
    assert.deepEqual([body, headers['x-team']], [{ name: 'ops' }, 'yes']);
    assert.deepEqual(await harness.verb('teams'), { exitCode: 3, stdout: '0 containers\n', stderr: '' });
    await harness.dispose();
  });

  it('loads modules too', async () => {
    const module =
      'export default { name: "js", setup: ({ hooks }) => hooks.container.preCreate.tap((d) => { d.labels.js = "1"; }) };';
    const harness = await createHarness(await loadPlugin(file('js.mjs', module)));
    assert.equal((await harness.plan()).draft.labels['js'], '1');
    await harness.dispose();
  });

  it('rejects with the reason for what does not load', async () => {
    await assert.rejects(loadPlugin(join(directory, 'missing')), { code: 'PCH_PLUGIN_LOAD' });
    await assert.rejects(loadPlugin(file('data', '{}', 0o644)), {
      code: 'PCH_PLUGIN_LOAD',
      message: /is not executable/,
    });
    await assert.rejects(loadPlugin(file('garbage', '#!/bin/sh\necho hello\n')), {
      code: 'PCH_PLUGIN_PROTOCOL',
    });
    await assert.rejects(loadPlugin(file('ends', '#!/bin/sh\nexit 3\n')), { code: 'PCH_PLUGIN_PROCESS' });
  });
});
