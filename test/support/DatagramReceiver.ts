import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

const program = `
import socket, sys
receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.bind(sys.argv[1].replace('@', '\\0', 1) if sys.argv[1].startswith('@') else sys.argv[1])
print('ready', flush=True)
while True:
    print(receiver.recv(65536).decode(), flush=True)
`;

/** Receives datagrams at a Unix socket, in Python: Node has no such sockets. */
export class DatagramReceiver {
  readonly received: string[] = [];
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** @param path of the socket; one that begins with `@` is in the abstract namespace */
  static async start(path: string): Promise<DatagramReceiver> {
    const child = spawn('python3', ['-c', program, path], { stdio: ['ignore', 'pipe', 'inherit'] });
    const receiver = new DatagramReceiver(child);
    await new Promise<void>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the receiver ended with ${code}`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        if (line === 'ready') resolve();
        else receiver.received.push(line);
      });
    });
    return receiver;
  }

  /** Takes no more datagrams, until `resume`. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  resume(): void {
    this.#child.kill('SIGCONT');
  }

  stop(): void {
    this.#child.kill('SIGKILL');
  }
}
