#!/usr/bin/python3
"""A plugin with routes; one fails in the way of its parameter. It serves one request after another."""
import json
import os
import signal
import sys
import time


def write(**message):
    sys.stdout.write(json.dumps(message) + '\n')
    sys.stdout.flush()


def garbage(request):
    sys.stdout.write('hello world\n')
    sys.stdout.flush()


def long_line(request):
    return {'result': {'text': 'x' * 9 * 1024 * 1024}}


def floods(request):
    while True:
        write(type='call', id=1, hook=request['id'], method='out', args=['x'])


def stream(request, chunks, **head):
    calls = [{'method': 'stream', 'args': [head]}] + [{'method': 'write', 'args': [chunk]} for chunk in chunks]
    for number, call in enumerate(calls, 1):
        write(type='call', id=number, hook=request['id'], **call)
        result = json.loads(sys.stdin.readline())
        if 'error' in result:
            return {'error': result['error']}
    return {}


def no_stream(request):
    write(type='call', id=1, hook=request['id'], method='write', args=['x'])
    return {'error': json.loads(sys.stdin.readline())['error']}


actions = {
    'headers': lambda request: {'result': {'json': 1, 'headers': {'X-Own': 'yes'}}},
    'a connection header': lambda request: {'result': {'json': 1, 'headers': {'Keep-Alive': '5'}}},
    'streams': lambda request: stream(request, ['a,b\n', {'$bytes': 'Yyxk'}], type='text/csv', headers={'X-Rows': '2'}),
    'streams badly': lambda request: stream(request, ['a'], headers={'Upgrade': 'x'}),
    'writes first': no_stream,
    'works': lambda request: {'result': {'status': 202, 'json': {**request['params'], **request['query']}}},
    'nothing': lambda request: {},
    'null': lambda request: {'result': None},
    'refuses': lambda request: {'error': {'code': 'PCH_CONFLICT', 'message': 'not today'}},
    'unknown code': lambda request: {'error': {'code': 'PCH_NOPE', 'message': 'not today'}},
    'text': lambda request: {'result': 'text'},
    'a patch': lambda request: {'patch': []},
    'another field': lambda request: {'result': {'body': 'text'}},
    'status text': lambda request: {'result': {'status': '200'}},
    'a bad type': lambda request: {'result': {'text': 'a', 'type': 7}},
    'json and more': lambda request: {'result': {'json': 1}, 'more': 2},
    'garbage': garbage,
    'a long line': long_line,
    'never': lambda request: time.sleep(1000),
    'is killed': lambda request: os.kill(os.getpid(), signal.SIGKILL),
    'floods': floods,
}

integer = {'type': 'integer'}
routes = [
    {'method': 'GET', 'path': '/ugly/:how', 'deadlineMs': 3000},
    {'method': 'POST', 'path': '/sum', 'body': {'type': 'object', 'properties': {'a': integer, 'b': integer},
                                                'required': ['a', 'b']}},
]

for line in sys.stdin:
    request = json.loads(line)
    if request['type'] == 'describe':
        write(type='reply', id=request['id'], manifest={'protocol': 1, 'name': 'ugly', 'routes': routes})
    elif request['type'] == 'route' and request['path'] == '/sum':
        body = request['body']
        write(type='reply', id=request['id'], result={'json': body['a'] + body['b']})
    elif request['type'] == 'route':
        write(type='reply', id=request['id'], **(actions[request['params']['how']](request) or {}))
