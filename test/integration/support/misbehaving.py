#!/usr/bin/python3
"""A plugin that misbehaves for containers with the label `bad`, in the way that the label names."""
import json
import os
import signal
import sys
import time

NAME = os.environ.get('NAME', 'bad')


def write(**message):
    print(json.dumps(message), flush=True)


def reply(request, **fields):
    write(type='reply', id=request['id'], **fields)


def label(name, value):
    return {'patch': [{'op': 'add', 'path': f'/labels/{name}', 'value': value}]}


def exits(request):
    print('no disk left', file=sys.stderr, flush=True)
    os._exit(7)


def killed(request):
    os.kill(os.getpid(), signal.SIGKILL)


def never(request):
    time.sleep(1000)


def spins(request):
    while True:
        pass


def floods_stdout(request):
    while True:
        write(type='log', level='info', message='flood ' * 20)


def floods_stderr(request):
    while True:
        print('flood ' * 20, file=sys.stderr)


def garbage(request):
    print('hello world', flush=True)


def long_line(request):
    for _ in range(100):
        sys.stdout.write('x' * 1024 * 1024)
    sys.stdout.flush()


def hides(request):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.execvp('sleep', ['sleep', os.environ['HIDDEN']])
        os._exit(0)
    reply(request, **label('hides', 'yes'))


def forks(request):
    count = 0
    try:
        while True:
            if os.fork() == 0:
                time.sleep(1000)
            count += 1
    except OSError:
        reply(request, **label('forks', str(count)))


def hogs(request):
    hog = []
    while True:
        hog.append(bytearray(1024 * 1024))


def kills(request):
    failures = []
    for pid in (1, os.getppid(), int(os.environ['POUCHD'])):
        try:
            os.kill(pid, signal.SIGKILL)
        except OSError as error:
            failures.append(type(error).__name__)
    reply(request, **label('kills', ','.join(failures)))


def looks(request):
    found = {
        'env': sorted(os.environ),
        'fds': sorted(int(fd) for fd in os.listdir('/proc/self/fd')),
        'pids': sum(name.isdigit() for name in os.listdir('/proc')),
        'uid': os.getuid(),
        'groups': os.getgroups(),
        'status': [line for line in open('/proc/self/status') if line.startswith(('CapEff', 'NoNewPrivs'))],
    }
    reply(request, **label('looks', json.dumps(found)))


def stats(request):
    write(type='call', id=1, hook=request['id'], method='image.stat', args=['/bin/sh'])
    reply(request, **label('stats', sys.stdin.readline().strip()))


def counts(request):
    for method in ('containers.list', 'config.get'):
        write(type='call', id=1, hook=request['id'], method=method, args=[{'all': True}])
        result = json.loads(sys.stdin.readline())
        if method == 'config.get':
            code = result['error']['code']
        else:
            refused = result.get('error', {}).get('code')
            names = refused or ','.join(container['name'] for container in result['result'])
    reply(request, **label('counts', f'{names} {code}'))


def other_id(request):
    write(type='reply', id=999999)


def fixed(request):
    reply(request, patch=[{'op': 'replace', 'path': '/name', 'value': 'mine'}])


def no_parent(request):
    reply(request, patch=[{'op': 'add', 'path': '/nosuch/field', 'value': 1}])


def unknown_code(request):
    reply(request, error={'code': 'PCH_NOSUCH', 'message': 'because'})


def result(request):
    reply(request, result='runc')


def whole(request):
    draft = request['input']
    draft['labels']['whole'] = 'yes'
    reply(request, draft=draft)


def conflict(request):
    reply(request, **label('conflict', NAME))


for line in sys.stdin:
    request = json.loads(line)
    if request['type'] == 'describe':
        point = {'point': os.environ.get('POINT', 'container.preCreate')}
        reply(request, manifest={'protocol': 1, 'name': NAME, 'inject': os.environ.get('INJECT', '').split(), 'hooks': [point]})
    elif request['type'] == 'hook':
        behaviour = request['input']['labels'].get('bad')
        if behaviour and os.environ.get('ONLY') in (None, behaviour):
            globals()[behaviour](request)
        else:
            reply(request)
