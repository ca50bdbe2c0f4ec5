/** Programs that fake containers run: enough of a shell for tests that also run on a real daemon's busybox. */
export interface ProgramIo {
  tty: boolean;
  env: Record<string, string>;
  size(): { height: number; width: number };
  /** Lines as typed or piped; ends with stdin. */
  stdin: AsyncIterable<Buffer>;
  stdout(data: string | Buffer): Promise<void> | void;
  stderr(data: string | Buffer): Promise<void> | void;
  /** Rejects when the process is killed. */
  signal: AbortSignal;
}

type Program = (args: string[], io: ProgramIo) => Promise<number> | number;

const programs: Record<string, Program> = {
  true: () => 0,
  false: () => 1,
  echo: async (args, io) => {
    await io.stdout(`${args.join(' ')}\n`);
    return 0;
  },
  cat: async (_args, io) => {
    for await (const chunk of io.stdin) await io.stdout(chunk);
    return 0;
  },
  sleep: (_args, io) => new Promise(() => void io),
  env: async (_args, io) => {
    for (const [name, value] of Object.entries(io.env)) await io.stdout(`${name}=${value}\n`);
    return 0;
  },
  seq: async (args, io) => {
    const last = Number(args.at(-1));
    for (let from = 1; from <= last && !io.signal.aborted; from += 1000) {
      const numbers = Array.from({ length: Math.min(1000, last - from + 1) }, (_, index) => from + index);
      await io.stdout(`${numbers.join('\n')}\n`);
    }
    return 0;
  },
  yes: async (_args, io) => {
    while (!io.signal.aborted) await io.stdout('y\n'.repeat(8192));
    return 0;
  },
  stty: async (_args, io) => {
    await io.stdout(`${io.size().height} ${io.size().width}\n`);
    return 0;
  },
  tty: async (_args, io) => {
    await io.stdout(io.tty ? '/dev/pts/0\n' : 'not a tty\n');
    return io.tty ? 0 : 1;
  },
  sh: async (args, io) => (args[0] === '-c' ? script(args[1] ?? '', io) : interactive(io)),
};

/** Undefined if the program does not exist. */
export function findProgram(name: string): Program | undefined {
  return programs[name.replace(/^\/(usr\/)?s?bin\//, '')];
}

async function script(text: string, io: ProgramIo): Promise<number> {
  let code = 0;
  for (const statement of text.split(/[;\n]/).map((part) => part.trim())) {
    const exit = /^exit(?:\s+(\d+))?$/.exec(statement);
    if (exit) return Number(exit[1] ?? code);
    if (statement !== '') code = await command(statement, io);
  }
  return code;
}

async function command(statement: string, io: ProgramIo): Promise<number> {
  const toStderr = statement.includes('>&2');
  const words = statement.replace('>&2', '').trim().split(/\s+/);
  const [name = '', ...args] = words.map((word) => expand(word, io));
  const program = findProgram(name);
  if (program) return program(args, toStderr ? { ...io, stdout: io.stderr } : io);
  await io.stderr(`sh: ${name}: not found\n`);
  return 127;
}

function expand(word: string, io: ProgramIo): string {
  return word.replace(/\$(\w+)/g, (_, name: string) => io.env[name] ?? '').replace(/^(['"])(.*)\1$/, '$2');
}

async function interactive(io: ProgramIo): Promise<number> {
  let pending = '';
  for await (const chunk of io.stdin) {
    pending += chunk.toString().replaceAll('\r', '\n');
    for (let end = pending.indexOf('\n'); end >= 0; end = pending.indexOf('\n')) {
      const line = pending.slice(0, end).trim();
      pending = pending.slice(end + 1);
      const exit = /^exit(?:\s+(\d+))?$/.exec(line);
      if (exit) return Number(exit[1] ?? 0);
      if (line !== '') await command(line, io);
    }
  }
  return 0;
}
