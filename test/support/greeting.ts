import { connect } from 'node:net';
import { waitUntil } from '../../core/wait/waitUntil.ts';

/**
 * What a server sends to a client that connects; it may need a moment to listen. Empty without a server.
 */
export async function greeting(port: number, withinMs = 20_000, host = '127.0.0.1'): Promise<string> {
  let text = '';
  const isGreeted = async () => {
    text = await readAll(port, host).catch(() => '');
    return text !== '';
  };
  await waitUntil(isGreeted, { withinMs, everyMs: 50 });
  return text;
}

function readAll(port: number, host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: 2_000 });
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    socket.once('timeout', () => socket.destroy(new Error('no response')));
    socket.once('error', reject);
    socket.once('end', () => {
      socket.destroy();
      resolve(text);
    });
  });
}
