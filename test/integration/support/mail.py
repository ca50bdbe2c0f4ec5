#!/usr/bin/python3
"""Asks the directory what the label says, and keeps the result in another label."""
import json
import sys


def write(**message):
    print(json.dumps(message), flush=True)


for line in sys.stdin:
    request = json.loads(line)
    if request['type'] == 'describe':
        write(type='reply', id=request['id'], manifest={
            'protocol': 1,
            'name': 'mail',
            'options': {'type': 'object', 'properties': {'more': {'type': 'string'}}},
            'inject': [{'service': 'directory.users', 'optional': True}],
            'hooks': [{'point': 'container.preCreate', 'when': {'label': 'ask'}, 'timeoutMs': 3000}],
        })
    elif request['type'] == 'hook':
        args = [request['input']['labels']['ask'], request['options'].get('more')]
        write(type='call', id=1, hook=request['id'], method='directory.users.ask', args=args)
        result = json.loads(sys.stdin.readline())
        if result['type'] != 'result':
            continue
        if 'error' in result:
            missing = result['error'].get('code') == 'PCH_NOT_FOUND'
            if not missing:
                write(type='reply', id=request['id'], error=result['error'])
                continue
            result = {'result': 'no directory'}
        found = json.dumps(result.get('result'), separators=(',', ':'))
        write(type='reply', id=request['id'], patch=[{'op': 'add', 'path': '/labels/result', 'value': found}])
