#!/usr/bin/python3
"""A plugin whose doctor check and metrics fail in every way; files in the directory of its options switch a fault on."""
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


def report(name, **change):
    write(type='metric', name=name, **change)


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
    if fault('negative'):
        report('runs_total', add=-1)
    if fault('set'):
        report('runs_total', set=1)
    if fault('label'):
        report('level', add=1, labels={'form': 'x'})
    if fault('value'):
        report('level', add=1, labels={'of': 'x' * 201})
    if fault('unknown'):
        report('other', add=1)
    if fault('both'):
        report('level', add=1, set=1)
    if fault('neither'):
        report('level')
    if fault('string'):
        report('level', set='1')
    if fault('sets'):
        for i in range(1500):
            report('level', set=i, labels={'of': f'disk {i}'})
    while fault('flood'):
        report('runs_total', add=1)
    return {'ok': True, 'found': 'all well'}


def good():
    report('runs_total', add=1, labels={'check': 'good'})
    report('level', set=7, labels={'of': 'disk'})
    return {'ok': True, 'found': f'process {BORN}'}


for line in sys.stdin:
    request = json.loads(line)
    kind = request['type']
    if kind == 'describe':
        write(type='reply', id=request['id'], manifest={
            'protocol': 1,
            'name': 'bad-checks',
            'doctorChecks': [{'name': 'good'}, {'name': 'bad', 'deadlineMs': 1500}],
            'metrics': [
                {'name': 'runs_total', 'doc': 'Runs.', 'type': 'counter', 'labels': ['check']},
                {'name': 'level', 'doc': 'Level.', 'type': 'gauge', 'labels': ['of']},
            ],
        })
    elif kind == 'doctor':
        try:
            result = check(request) if request['check'] == 'bad' else good()
            write(type='reply', id=request['id'], result=result)
        except RuntimeError as error:
            write(type='reply', id=request['id'], error={'message': str(error)})
