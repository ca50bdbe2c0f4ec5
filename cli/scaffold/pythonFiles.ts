import { readme } from './readme.ts';
import type { ScaffoldOptions } from './scaffoldOptions.ts';

/** Files of a plugin in Python: an executable that needs nothing but the standard library. */
export function pythonFiles({ name }: ScaffoldOptions): Record<string, string> {
  const test = `${name}_test.py`;
  return {
    [name]: plugin(name),
    [test]: testOf(name),
    'README.md': readme(name, name, `./${test}`),
  };
}

function plugin(name: string): string {
  return `#!/usr/bin/env python3
"""Labels every container with its owner."""
import json
import sys

manifest = {
    'protocol': 1,
    'name': '${name}',
    'doc': 'Labels every container with its owner.',
    'options': {'type': 'object', 'properties': {'owner': {'type': 'string', 'default': 'nobody'}}},
    'hooks': [{'point': 'container.preCreate'}],
}


def pre_create(draft, options):
    """Returns the changes of the draft as a JSON Patch (RFC 6902)."""
    if 'owner' in draft['labels']:
        return {}
    return {'patch': [{'op': 'add', 'path': '/labels/owner', 'value': options['owner']}]}


for line in sys.stdin:
    request = json.loads(line)
    if request['type'] == 'describe':
        reply = {'manifest': manifest}
    elif request['type'] == 'hook':
        reply = pre_create(request['input'], request['options'])
    else:
        continue
    print(json.dumps({'type': 'reply', 'id': request['id'], **reply}), flush=True)
`;
}

function testOf(name: string): string {
  return `#!/usr/bin/env python3
import json
import pathlib
import subprocess
import unittest

PLUGIN = pathlib.Path(__file__).with_name('${name}')


def reply(request):
    """Sends one request, and returns the reply."""
    line = json.dumps({'id': 1, **request}) + '\\n'
    ended = subprocess.run([PLUGIN], input=line, stdout=subprocess.PIPE, text=True, check=True, timeout=10)
    return json.loads(ended.stdout)


def hook(draft):
    return reply({'type': 'hook', 'point': 'container.preCreate', 'options': {'owner': 'ops'}, 'input': draft})


class Test(unittest.TestCase):
    def test_describes_itself(self):
        self.assertEqual(reply({'type': 'describe'})['manifest']['name'], '${name}')

    def test_a_container_gets_the_label(self):
        patch = hook({'labels': {}})['patch']
        self.assertEqual(patch, [{'op': 'add', 'path': '/labels/owner', 'value': 'ops'}])

    def test_the_label_of_a_request_is_kept(self):
        self.assertNotIn('patch', hook({'labels': {'owner': 'web'}}))


unittest.main()
`;
}
