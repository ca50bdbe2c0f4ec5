#!/usr/bin/python3
"""A plugin with a verb, `ugly`, that fails in the way of its argument. It serves one request after another."""
import json
import os
import signal
import sys
import time


def write(**message):
    sys.stdout.write(json.dumps(message) + '\n')
    sys.stdout.flush()


def out(request, text):
    write(type='call', id=1, hook=request['id'], method='out', args=[text])


def floods(request):
    while True:
        out(request, 'x' * 7 * 1024 * 1024)


def floods_lines(request):
    while True:
        out(request, 'x' * 100)


def never(request):
    out(request, 'begins\n')
    time.sleep(1000)


def garbage(request):
    sys.stdout.write('hello world\n')
    sys.stdout.flush()


def is_killed(request):
    out(request, 'before\n')
    os.kill(os.getpid(), signal.SIGKILL)


def waits(request):
    """Writes nothing more before the client has the first line."""
    out(request, 'first\n')
    result = json.loads(sys.stdin.readline())
    out(request, f"{result['type']} {result.get('error', 'taken')}\n")
    return {'result': 4}


actions = {
    'works': lambda request: out(request, f"hello {request['options']}\n"),
    'waits': waits,
    'returns text': lambda request: {'result': 'text'},
    'returns true': lambda request: {'result': True},
    'returns a patch': lambda request: {'patch': [{'op': 'add', 'path': '/labels/a', 'value': '1'}]},
    'refuses': lambda request: {'error': {'code': 'PCH_CONFLICT', 'message': 'not today', 'hint': 'tomorrow'}},
    'unknown code': lambda request: {'error': {'code': 'PCH_NOPE', 'message': 'not today'}},
    'unknown field': lambda request: {'exit': 3},
    'unknown method': lambda request: write(type='call', id=1, hook=request['id'], method='containers.list', args=[]),
    'no id': lambda request: write(type='reply', id=12345),
    'garbage': garbage,
    'never': never,
    'is killed': is_killed,
    'floods': floods,
    'floods lines': floods_lines,
}

verb = {
    'name': 'ugly',
    'doc': 'Fail',
    'deadlineMs': 3000,
    'args': {'type': 'object', 'properties': {'how': {'type': 'string'}}, 'required': ['how']},
    'options': {'type': 'object', 'properties': {'size': {'type': 'integer', 'default': 5, 'maximum': 9}}},
}

for line in sys.stdin:
    request = json.loads(line)
    if request['type'] == 'describe':
        write(type='reply', id=request['id'], manifest={'protocol': 1, 'name': 'ugly', 'verbs': [verb]})
    elif request['type'] == 'verb':
        write(type='reply', id=request['id'], **(actions[request['args']['how']](request) or {}))
