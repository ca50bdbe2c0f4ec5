import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Execs, Logger } from '../../../../hooks/index.ts';
import { AuditLog } from '../../../../plugins/ssh-gateway/AuditLog.ts';
import { hostKey } from '../../../../plugins/ssh-gateway/hostKey.ts';
import { loadLibrary } from '../../../../plugins/ssh-gateway/library.ts';
import { LiveExecs } from '../../../../plugins/ssh-gateway/LiveExecs.ts';
import { RateLimiter } from '../../../../plugins/ssh-gateway/RateLimiter.ts';
import { temporaryDirectory } from '../../core/temporaryDirectory.ts';

describe('files of the ssh gateway', () => {
  const directory = temporaryDirectory();

  it('are a host key that is made once', () => {
    const at = join(directory.path, 'kept');
    const key = hostKey(at, loadLibrary());
    assert.match(key, /BEGIN OPENSSH PRIVATE KEY/);
    assert.equal(hostKey(at, loadLibrary()), key);
    assert.equal(statSync(join(at, 'host_key')).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(at), ['host_key']);
  });

  it('are a host key that a damaged file does not replace', () => {
    writeFileSync(join(directory.path, 'host_key'), '');
    assert.throws(() => hostKey(directory.path, loadLibrary()), /expected the private host key .*host_key/);
    assert.equal(readFileSync(join(directory.path, 'host_key'), 'utf8'), '');
  });

  it('are an audit log that is rotated', () => {
    const path = join(directory.path, 'audit', 'log');
    const log = new AuditLog(path, 100);
    for (let number = 0; number < 20; number++)
      log.write({ event: 'login', client: '127.0.0.1:1', result: String(number) });
    assert.equal(readdirSync(join(directory.path, 'audit')).length, 6);
    const [last] = readFileSync(path, 'utf8').trim().split('\n').slice(-1);
    assert.equal((JSON.parse(last!) as { result: string }).result, '19');
    assert.equal(statSync(path).mode & 0o777, 0o600);
  });

  it('are an audit log whose failure is the caller’s', () => {
    const path = join(directory.path, 'log');
    const log = new AuditLog(path, 1_000_000);
    mkdirSync(path);
    assert.throws(() => log.write({ event: 'login', client: '' }), /EISDIR/);
  });

  it('are the processes that the next pouchd ends', async () => {
    const path = join(directory.path, 'state', 'execs.json');
    const killed: string[] = [];
    const execs = {
      kill: (id: string, { container }: { container: string }) =>
        id === 'bad'
          ? Promise.reject(new Error('no'))
          : Promise.resolve(void killed.push(`${container}/${id}`)),
    } as unknown as Execs;
    const warnings: string[] = [];
    const log = { warn: (text: string) => warnings.push(text) } as unknown as Logger;
    const first = new LiveExecs(path);
    for (const id of ['a', 'b', 'bad']) first.add(id, 'box');
    first.remove('a');
    const next = new LiveExecs(path);
    await next.endLeftovers(execs, log);
    assert.deepEqual([killed, warnings.length, readFileSync(path, 'utf8')], [['box/b'], 1, '{}']);
  });
});

describe('limits of the ssh gateway', () => {
  it('count per address and minute', () => {
    let now = 0;
    const limiter = new RateLimiter(2, () => now);
    const add = (key: string) => {
      limiter.add(key);
      return limiter.isExceeded(key);
    };
    assert.deepEqual([add('a'), add('b'), add('a')], [false, false, true]);
    now = 60_000;
    assert.deepEqual([limiter.isExceeded('a'), add('a')], [false, false]);
  });
});
