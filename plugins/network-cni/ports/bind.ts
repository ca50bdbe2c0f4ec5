import { createSocket } from 'node:dgram';
import { createServer, isIPv6 } from 'node:net';

/**
 * Binds a host port briefly, to check that no process listens there.
 * @param port 0 for any free port
 * @returns the bound port
 * @throws the error of bind(2): EADDRINUSE, EADDRNOTAVAIL
 */
export async function tryBind(protocol: string, hostIp: string, port: number): Promise<number> {
  if (protocol === 'udp') return bindUdp(hostIp, port);
  // Node has no SCTP, whose ports are independent of TCP's; a TCP bind only picks a number.
  if (protocol === 'sctp' && port !== 0) return port;
  return bindTcp(hostIp, port);
}

function bindTcp(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port, exclusive: true, ipv6Only: isIPv6(host) }, () => {
      const bound = server.address();
      server.close(() => {
        resolve(typeof bound === 'object' && bound !== null ? bound.port : port);
      });
    });
  });
}

function bindUdp(address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', ipv6Only: isIPv6(address) });
    socket.once('error', reject);
    socket.bind({ address, port, exclusive: true }, () => {
      const bound = socket.address().port;
      socket.close(() => {
        resolve(bound);
      });
    });
  });
}
