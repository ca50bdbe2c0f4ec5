#!/usr/bin/python3
"""A plugin that tries each of the paths in the label `probe`, JSON of `[action, path]`, and sets the label `found`."""
import json
import os
import socket
import sys


def attempt(action, path):
    try:
        if action == 'list':
            return sorted(os.listdir(path))
        if action == 'read':
            return open(path).read()
        if action == 'connect':
            return socket.socket(socket.AF_UNIX).connect(path)
        if action == 'run':
            return os.system(path)
        open(path, 'w').write('written')
        return 'written'
    except OSError as error:
        return error.__class__.__name__


for line in sys.stdin:
    request = json.loads(line)
    reply = {'type': 'reply', 'id': request['id']}
    if request['type'] == 'describe':
        reply['manifest'] = {
            'protocol': 1,
            'name': 'intruder-python',
            'hooks': [{'point': 'container.preCreate', 'when': {'label': 'probe'}}],
            'wants': json.loads(os.environ.get('WANTS', '[]')),
        }
    elif request['type'] == 'hook':
        found = [attempt(*probe) for probe in json.loads(request['input']['labels']['probe'])]
        reply['patch'] = [{'op': 'add', 'path': '/labels/found', 'value': json.dumps(found)}]
    print(json.dumps(reply), flush=True)
