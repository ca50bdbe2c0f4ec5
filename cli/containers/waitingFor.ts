import { Demultiplexer, type Client, type ContainerInspect } from '../../client/index.ts';

/** Bytes of a container's output that are read, and milliseconds that it may take. */
const maxBytes = 65_536;
const deadlineMs = 2000;

/** Characters of a process's name that are shown: TASK_COMM_LEN of Linux. */
const nameLength = 15;

/** Names of units and processes are the container's: other characters could forge output. */
const unitName = /^[\w:.\\@-]{1,255}$/;

/**
 * Returns what a rich container that is being stopped waits for: with systemd the units that are stopping, otherwise
 * the names of the processes beside its init.
 */
export async function waitingFor(client: Client, { Id, Config, State }: ContainerInspect): Promise<string[]> {
  if (Config.RichMode === 'systemd') return unitsOf(await outputOf(client, Id, listJobs));
  const { Titles, Processes } = await client.containers.top(Id);
  const pid = Titles.indexOf('PID');
  const others = Processes.filter((row) => row[pid] !== String(State.Pid));
  return [...new Set(others.map((row) => processName(row.at(-1) ?? '')))];
}

const listJobs = ['systemctl', 'list-jobs', '--no-legend', '--no-pager', '--plain', '--full'];

/** Each line: id, unit, type and state of a job. */
export function unitsOf(jobs: string): string[] {
  const fields = jobs.split('\n').map((line) => line.trim().split(/\s+/));
  return fields
    .filter(([, unit = '', type, state]) => unitName.test(unit) && type === 'stop' && state === 'running')
    .map(([, unit = '']) => unit);
}

function processName(command: string): string {
  const [program = ''] = command.trim().split(/\s+/);
  const name = program.slice(program.lastIndexOf('/') + 1);
  return name.replace(/[^\w:.@+-]/g, '?').slice(0, nameLength);
}

/** @throws an error if the command does not end in time */
async function outputOf(client: Client, container: string, command: string[]): Promise<string> {
  const { Id } = await client.execs.create(container, { Cmd: command, AttachStdout: true });
  const { socket } = await client.execs.start(Id, { Detach: false, Tty: false });
  const timer = setTimeout(() => socket.destroy(new Error('the container does not respond')), deadlineMs);
  const demultiplexer = new Demultiplexer();
  let text = '';
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      for (const { data } of demultiplexer.push(chunk)) text += data.toString();
      if (text.length > maxBytes) break;
    }
    return text;
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
}
