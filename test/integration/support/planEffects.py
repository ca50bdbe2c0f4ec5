#!/usr/bin/python3
"""Plans the effects and mounts that the labels `effects` and `mounts` of a container have as JSON."""
import json
import sys

manifest = {
    'protocol': 1,
    'name': 'plan-effects',
    'hooks': [{'point': 'container.preCreate', 'when': {'label': 'effects'}}],
}

for line in sys.stdin:
    request = json.loads(line)
    if request['type'] == 'describe':
        reply = {'manifest': manifest}
    elif request['type'] == 'hook':
        labels = request['input']['labels']
        effects = json.loads(labels['effects'])
        mounts = json.loads(labels.get('mounts', '{}'))
        reply = {'patch': [{'op': 'add', 'path': f'/effects/{key}', 'value': {'stage': 'start', **effect}}
                           for key, effect in effects.items()]
                 + [{'op': 'add', 'path': '/mounts/' + destination.replace('/', '~1'), 'value': mount}
                    for destination, mount in mounts.items()]}
    else:
        continue
    print(json.dumps({'type': 'reply', 'id': request['id'], **reply}), flush=True)
