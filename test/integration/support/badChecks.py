#!/usr/bin/python3
"""A plugin whose doctor check fails in every way; files in the directory of its options switch a fault on."""
import json
import os
import signal
import sys
import time
import uuid

BORN = uuid.uuid4()
DIRECTORY = os.environ['FAULTS']


def write(**message):
    print(json.dumps(message), flush=True)


def fault(name):
    return os.path.exists(f'{DIRECTORY}/fault-{name}')


def check(request):
    if fault('problem'):
        return {'ok': False, 'found': 'no licence', 'fix': 'buy one'}
    if fault('throw'):
        raise RuntimeError('the server is gone')
    if fault('hang'):
        time.sleep(1000)
    if fault('spin'):
        while True:
            pass
    if fault('kill'):
        os.kill(os.getpid(), signal.SIGKILL)
    if fault('huge'):
        return {'ok': True, 'found': 'x' * 100 * 1024 * 1024}
    if fault('large'):
        return {'ok': True, 'found': 'x' * 5000}
    if fault('nothing'):
        return None
    if fault('text'):
        return 'fine'
    if fault('bigint'):
        return {'ok': True, 'found': 1}
    if fault('fix'):
        return {'ok': False, 'found': 'x', 'fix': {}}
    return {'ok': True, 'found': 'all well'}


for line in sys.stdin:
    request = json.loads(line)
    kind = request['type']
    if kind == 'describe':
        checks = [{'name': 'good'}, {'name': 'bad', 'deadlineMs': 1500}]
        write(type='reply', id=request['id'], manifest={'protocol': 1, 'name': 'bad-checks', 'doctorChecks': checks})
    elif kind == 'doctor':
        try:
            result = check(request) if request['check'] == 'bad' else {'ok': True, 'found': f'process {BORN}'}
            write(type='reply', id=request['id'], result=result)
        except RuntimeError as error:
            write(type='reply', id=request['id'], error={'message': str(error)})
