/** Faults that are clients of a bad kind: they never read, hang up in the middle, or send half of a request. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pick } from '../../support/seededRandom.ts';
import { commandOf } from '../load/operations.ts';
import type { Fault, Scene } from './fault.ts';

const flood = 'while :; do echo 0123456789012345678901234567890123456789; done';
const patienceMs = 1_500;
const hangUps = 12;

export const badClients: readonly Fault[] = [
  { name: 'clients that never read', codes: [], strike: neverRead },
  { name: 'clients that hang up in the middle', codes: [], strike: hangUp },
  { name: 'half-sent requests', codes: [], strike: sendHalf },
];

async function neverRead({ lab, name }: Scene): Promise<void> {
  const { containers } = lab.pouchd.client;
  const id = await lab.pouchd.runContainer(
    {
      Cmd: ['sh', '-c', flood],
      HostConfig: { NetworkMode: 'none', LogConfig: { Config: { 'max-size': '100k', 'max-file': '2' } } },
    },
    name,
  );
  const upgrade = { Connection: 'Upgrade', Upgrade: 'tcp' };
  const sockets = await Promise.all([
    send(lab.pouchd.state, `GET /containers/${id}/logs?follow=1&stdout=1`),
    send(lab.pouchd.state, `POST /containers/${id}/attach?stream=1&stdout=1`, upgrade),
    send(lab.pouchd.state, 'GET /events'),
  ]);
  for (const socket of sockets) socket.pause();
  await delay(patienceMs);
  await containers.remove(id, { force: true });
  for (const socket of sockets) socket.destroy();
}

/** Whatever was asked for may have happened or not; nothing else has. */
async function hangUp({ lab, model, random, name }: Scene): Promise<void> {
  const one = model.container({ name, kind: 'server', isShared: true });
  one.exitCodes = undefined;
  one.hasWholeLog = false;
  one.id = await lab.pouchd.createContainer({ ...commandOf(one), HostConfig: { NetworkMode: 'none' } }, name);
  one.is('created', 'running', 'paused', 'exited', 'gone');
  const verbs = ['start', 'stop?t=0', 'restart?t=0', 'kill', 'pause', 'unpause'];
  for (let n = 0; n < hangUps; n += 1) {
    const isCreate = random.below(4) === 0;
    const made = model.container({ name: `${name}h${n}`, kind: 'server', isShared: true });
    made.exitCodes = undefined;
    made.is(...(isCreate ? (['gone', 'created'] as const) : (['gone'] as const)));
    const socket = isCreate
      ? await send(
          lab.pouchd.state,
          `POST /containers/create?name=${made.name}`,
          {},
          JSON.stringify(commandOf(made)),
        )
      : await send(lab.pouchd.state, `POST /containers/${one.id}/${pick(random, verbs)}`, {
          'Content-Length': '0',
        });
    await delay(random.below(40));
    socket.destroy();
  }
}

async function sendHalf({ lab, random }: Scene): Promise<void> {
  const halves = [
    'GET /containers/js',
    'POST /containers/create HTTP/1.1\r\nHost: x\r\n',
    'POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"Image": "bu',
    'POST /containers/create HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n400\r\n{"Ima',
    'POST /images/load HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n0123456789abcdef\r\n',
    '\0\x01\x02 garbage\r\n\r\n',
  ];
  const sockets = await Promise.all(
    Array.from({ length: hangUps }, async () => {
      const socket = await open(lab.pouchd.state);
      socket.write(pick(random, halves));
      return socket;
    }),
  );
  await delay(patienceMs);
  for (const socket of sockets) socket.destroy();
}

async function send(
  state: string,
  requestLine: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<Socket> {
  const socket = await open(state);
  const all = {
    Host: 'pouch',
    ...headers,
    ...(body !== '' && {
      'Content-Type': 'application/json',
      'Content-Length': String(Buffer.byteLength(body)),
    }),
  };
  const lines = Object.entries(all).map(([key, value]) => `${key}: ${value}\r\n`);
  socket.write(`${requestLine} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
  return socket;
}

async function open(state: string): Promise<Socket> {
  const socket = connect(join(state, 'pouchd.sock'));
  await once(socket, 'connect');
  socket.on('error', () => {});
  return socket;
}
