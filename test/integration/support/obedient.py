#!/usr/bin/python3
"""Does what the input of a hook names."""
import json
import os
import sys
import time

# Differs from that of every other process; its pid does not.
born = time.monotonic_ns()
delayed = []
cancelled = 0
end_by = None


def reply(request, result=None):
    print(json.dumps({'type': 'reply', 'id': request['id'], 'result': result}), flush=True)


for line in sys.stdin:
    request = json.loads(line)
    if request['type'] == 'cancel':
        cancelled += 1
        if end_by == 'exit':
            os._exit(6)
        if end_by == 'flood':
            sys.stdout.write('x' * (64 << 20))
            sys.stdout.flush()
        reply(request)
        continue
    wanted = request['input']
    if wanted == 'identity':
        reply(request, born)
    elif wanted == 'identity unless it will end':
        if end_by is None:
            reply(request, born)
    elif wanted == 'cancelled':
        reply(request, cancelled)
    elif wanted == 'after the next':
        delayed.append(request)
        continue
    elif wanted == 'exit':
        print('goodbye', file=sys.stderr, flush=True)
        os._exit(5)
    elif wanted in ('exit when cancelled', 'flood when cancelled'):
        end_by = wanted.split()[0]
    elif wanted == 'hang':
        time.sleep(1000)
    while delayed:
        reply(delayed.pop())
