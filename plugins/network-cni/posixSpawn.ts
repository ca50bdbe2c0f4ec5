/**
 * Starts a process by posix_spawn(3). spawn of Node forks: the kernel copies the daemon's page tables, some 5 ms of CPU
 * time for 150 MB, while the event loop stands still. posix_spawn of glibc shares the memory until the execve, and
 * takes 0.1 ms.
 */
import { closeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import type Koffi from 'koffi';

/** POSIX_SPAWN_SETSIGDEF and POSIX_SPAWN_SETSIGMASK of spawn.h; fcntl.h, bits/waitflags.h. */
const setSignalDefaults = 0x04;
const setSignalMask = 0x08;
const O_CLOEXEC = 0o2000000;
const WNOHANG = 1;

/** At least the sizes of glibc's posix_spawnattr_t, posix_spawn_file_actions_t and sigset_t (336, 80 and 128 bytes). */
const structBytes = 512;

/** A process whose standard streams are pipes. */
export interface SpawnedProcess {
  readonly pid: number;
  readonly stdin: Socket;
  readonly stdout: Socket;
  readonly stderr: Socket;
  /**
   * The exit code, and -1 if a signal ended it; undefined while it runs. After that, it must not be called again, and
   * the pid may be that of another process.
   */
  exitCode(): number | undefined;
}

/**
 * @param file absolute path
 * @throws Error with the errno of the call as its `code`
 */
export function posixSpawn(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): SpawnedProcess {
  const libc = functions();
  const opened: number[] = [];
  const pipe = (): [read: number, write: number] => {
    const ends: [number, number] = [-1, -1];
    if (libc.pipe2(ends, O_CLOEXEC) < 0) throw failure('pipe2', libc.errno());
    opened.push(...ends);
    return ends;
  };
  const actions = Buffer.alloc(structBytes);
  try {
    const [stdin, stdout, stderr] = [pipe(), pipe(), pipe()];
    libc.posix_spawn_file_actions_init(actions);
    for (const [fd, stream] of [stdin[0], stdout[1], stderr[1]].entries())
      libc.posix_spawn_file_actions_adddup2(actions, stream, fd);
    const pid = [0];
    const argv = [file, ...args, null];
    const variables = [...Object.entries(env).map(([name, value]) => `${name}=${value}`), null];
    const errno = libc.posix_spawn(pid, file, actions, attributes(libc), argv, variables);
    if (errno !== 0) throw failure(`posix_spawn ${file}`, errno);
    const own = [stdin[1], stdout[0], stderr[0]];
    for (const fd of opened.splice(0)) if (!own.includes(fd)) closeSync(fd);
    const [id = 0] = pid;
    return {
      pid: id,
      stdin: new Socket({ fd: stdin[1], readable: false, writable: true }),
      stdout: new Socket({ fd: stdout[0], readable: true, writable: false }),
      stderr: new Socket({ fd: stderr[0], readable: true, writable: false }),
      exitCode: () => exitCodeOf(libc, id),
    };
  } finally {
    libc.posix_spawn_file_actions_destroy(actions);
    for (const fd of opened) closeSync(fd);
  }
}

/** All signals as at the start of a program: Node ignores SIGPIPE, and that would be inherited. */
function attributes(libc: Libc): Buffer {
  const [attr, all, empty] = [
    Buffer.alloc(structBytes),
    Buffer.alloc(structBytes),
    Buffer.alloc(structBytes),
  ];
  libc.posix_spawnattr_init(attr);
  libc.sigfillset(all);
  libc.sigemptyset(empty);
  libc.posix_spawnattr_setsigdefault(attr, all);
  libc.posix_spawnattr_setsigmask(attr, empty);
  libc.posix_spawnattr_setflags(attr, setSignalDefaults | setSignalMask);
  return attr;
}

/** wait(2), "WIFEXITED". */
function exitCodeOf(libc: Libc, pid: number): number | undefined {
  const status = [0];
  const found = libc.waitpid(pid, status, WNOHANG);
  if (found === 0) return undefined;
  if (found < 0) throw failure('waitpid', libc.errno());
  const [word = 0] = status;
  return (word & 0x7f) === 0 ? (word >> 8) & 0xff : -1;
}

function failure(call: string, errno: number): Error {
  const name = Object.entries(koffi().os.errno).find(([, number]) => number === errno)?.[0];
  return Object.assign(new Error(`${call}: ${name ?? `errno ${errno}`}`), { code: name });
}

type Libc = ReturnType<typeof load>;

function load() {
  const libc = koffi().load('libc.so.6');
  const of = (prototype: string) => libc.func(prototype) as (...args: unknown[]) => number;
  return {
    errno: () => koffi().errno(),
    pipe2: of('int pipe2(_Out_ int *fds, int flags)'),
    waitpid: of('int waitpid(int pid, _Out_ int *status, int options)'),
    sigfillset: of('int sigfillset(void *set)'),
    sigemptyset: of('int sigemptyset(void *set)'),
    posix_spawn: of(
      'int posix_spawn(_Out_ int *pid, str path, void *actions, void *attr, const char **argv, const char **envp)',
    ),
    posix_spawn_file_actions_init: of('int posix_spawn_file_actions_init(void *actions)'),
    posix_spawn_file_actions_adddup2: of(
      'int posix_spawn_file_actions_adddup2(void *actions, int fd, int newFd)',
    ),
    posix_spawn_file_actions_destroy: of('int posix_spawn_file_actions_destroy(void *actions)'),
    posix_spawnattr_init: of('int posix_spawnattr_init(void *attr)'),
    posix_spawnattr_setflags: of('int posix_spawnattr_setflags(void *attr, short flags)'),
    posix_spawnattr_setsigdefault: of('int posix_spawnattr_setsigdefault(void *attr, void *set)'),
    posix_spawnattr_setsigmask: of('int posix_spawnattr_setsigmask(void *attr, void *set)'),
  };
}

let loaded: typeof Koffi | undefined;
function koffi(): typeof Koffi {
  return (loaded ??= createRequire(import.meta.url)('koffi') as typeof Koffi);
}

let resolved: Libc | undefined;
function functions(): Libc {
  return (resolved ??= load());
}
