import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Sink } from './Outbox.ts';

/** Posts lines of JSON; any status but 2xx is a failure. */
export function httpSink(url: string): Sink {
  return async (lines, signal) => {
    const headers = { 'content-type': 'application/x-ndjson' };
    const response = await fetch(url, { method: 'POST', headers, body: `${lines.join('\n')}\n`, signal });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`${url} responds with status ${response.status}`);
  };
}

/**
 * Writes to the datagram socket of a system log (RFC 5424), by logger(1): Node has no such sockets. A log that takes no
 * more blocks it until the signal ends it.
 */
export function syslogSink(socket: string): Sink {
  const args = [
    '--socket',
    socket,
    '--socket-errors=on',
    '--rfc5424',
    '--tag',
    'pouch',
    '--priority',
    'auth.info',
  ];
  return async (lines, signal) => {
    const logger = spawn('logger', [...args, '--size', '8KiB'], {
      stdio: ['pipe', 'ignore', 'pipe'],
      signal,
      killSignal: 'SIGKILL',
    });
    let problem = '';
    logger.stderr.on('data', (text: Buffer) => (problem = (problem + text.toString()).slice(0, 500)));
    logger.stdin.on('error', () => undefined);
    logger.stdin.end(`${lines.join('\n')}\n`);
    const [code] = (await once(logger, 'close')) as [number | null];
    if (code !== 0 || problem !== '') throw new Error(problem.trim() || `logger ended with ${code}`);
  };
}
