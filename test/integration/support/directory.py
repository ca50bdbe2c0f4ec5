#!/usr/bin/python3
"""A plugin with a service that fails as it is asked to."""
import json
import os
import signal
import sys
import time


def write(**message):
    print(json.dumps(message), flush=True)


def reply(request):
    question, *more = request['args']
    if question == 'data':
        more = more[0] if more and more[0] is not None else 'nothing'
        return {'result': {'name': 'ann', 'more': more, 'list': [1, None, {'a': True}]}}
    if question == 'slow':
        time.sleep(1)
        return {'result': 'slow'}
    if question == 'refuse':
        return {'error': {'code': 'PCH_CONFLICT', 'message': 'the directory is closed', 'hint': 'open it'}}
    if question == 'fail':
        return {'error': {'message': 'no network'}}
    if question == 'hang':
        time.sleep(1000)
    while question == 'spin':
        pass
    if question == 'kill':
        os.kill(os.getpid(), signal.SIGKILL)
    if question == 'huge':
        return {'result': 'x' * 20 * 1024 * 1024}
    if question == 'garbage':
        print('hello world', flush=True)
    if question == 'code':
        return {'error': {'code': 'PCH_NOSUCH', 'message': 'because'}}
    return {}


for line in sys.stdin:
    request = json.loads(line)
    if request['type'] == 'describe':
        services = [{'service': 'directory.users', 'methods': ['ask'], 'deadlinesMs': {'ask': 2000}}]
        write(type='reply', id=request['id'], manifest={
            'protocol': 1, 'name': 'directory', 'version': '1.4.0', 'provides': services,
        })
    elif request['type'] == 'service':
        write(type='reply', id=request['id'], **reply(request))
