/** 300 clients follow one log, and a third of them never read: nobody else may notice. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { waitUntil } from '../../core/wait/waitUntil.ts';
import { useDaemon } from '../support/useDaemon.ts';

interface Follower {
  socket: Socket;
  reads: boolean;
  bytes: number;
  hasEnded: boolean;
}

describe('300 followers of a log', function () {
  this.timeout(120_000);
  const daemon = useDaemon();
  const megabytes = () => {
    const status = readFileSync(`/proc/${daemon.it.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  };
  const descriptors = () => readdirSync(`/proc/${daemon.it.pid}/fd`).length;

  function follow(reads: boolean): Follower {
    const socket = connect(daemon.it.host.replace('unix://', ''));
    const follower: Follower = { socket, reads, bytes: 0, hasEnded: false };
    socket.write(
      'GET /containers/talker/logs?follow=1&stdout=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
    );
    socket.on('error', () => undefined);
    if (!reads) return follower;
    socket.on('data', (chunk: Buffer) => (follower.bytes += chunk.length));
    socket.on('end', () => (follower.hasEnded = true));
    return follower;
  }

  it('of which some never read block neither pouchd nor the container, and end with it', async () => {
    const line = 'line=$(head -c 4000 /dev/zero | tr "\\0" x)';
    const talk =
      'i=0; while [ $i -lt 40 ]; do for _ in 1 2 3 4 5 6 7 8 9 10; do echo $line; done; sleep 0.1; i=$((i+1)); done';
    await daemon.it.runContainer({ Cmd: ['sh', '-c', `sleep 1; ${line}; ${talk}`] }, 'talker');
    const before = { megabytes: megabytes(), descriptors: descriptors() };
    const followers: Follower[] = [];
    try {
      // Connected in groups: the backlog of a listener is shorter.
      for (let index = 0; index < 300; index++) {
        followers.push(follow(index % 3 > 0));
        if (index % 50 === 49) await daemon.it.client.system.ping();
      }
      const times: number[] = [];
      while ((await daemon.it.inspect('talker'))?.State.Running) {
        const started = performance.now();
        await daemon.it.client.containers.list();
        times.push(performance.now() - started);
      }
      times.sort((a, b) => a - b);
      const middle = times[Math.floor(times.length / 2)] ?? Infinity;
      assert.ok(
        times.length > 10 && middle < 1000,
        `${times.length} times ps, in the median in ${middle} ms`,
      );
      const readers = followers.filter(({ reads }) => reads);
      const haveEnded = () => readers.every(({ hasEnded }) => hasEnded);
      assert.ok(await waitUntil(haveEnded, { withinMs: 60_000 }), 'not all have ended with the container');
      const counts = readers.map(({ bytes }) => bytes);
      assert.ok(Math.min(...counts) > 1_600_000, `${Math.min(...counts)} bytes`);
      assert.ok(megabytes() - before.megabytes < 350, `${before.megabytes} MiB, then ${megabytes()} MiB`);
    } finally {
      for (const { socket } of followers) socket.destroy();
    }
    const isAsBefore = () => descriptors() <= before.descriptors;
    assert.ok(await waitUntil(isAsBefore, { withinMs: 30_000 }), `${descriptors()} descriptors`);
  });
});
