import { closeSync, constants, mkdirSync, openSync, readSync, rmdirSync, writeSync } from 'node:fs';
import { check, libcFunction, mount } from '../../core/host/libc.ts';

const umount2 = libcFunction('int umount2(str target, int flags)');

/** linux/fuse.h. */
const FUSE_INIT = 26;
const inHeaderBytes = 40;
const outHeaderBytes = 16;
const initReplyBytes = 64;
/** The kernel refuses a read into less than FUSE_MIN_READ_BUFFER. */
const requestBytes = 64 * 1024 + 4096;
/** sys/mount.h. */
const MNT_FORCE = 1;
const MNT_DETACH = 2;
const takeEveryMs = 5;

/**
 * A FUSE file system whose server never responds: every look at the path waits until `unmount`. Without `takes` the
 * server does not even take requests, and SIGKILL ends who waits. With it the server takes each one, and who waits is
 * in state D, where SIGKILL does not help.
 */
export class HungFileSystem {
  readonly path: string;
  readonly #device: number;
  #taking: NodeJS.Timeout | undefined;

  constructor(path: string, { takes = false }: { takes?: boolean } = {}) {
    this.path = path;
    mkdirSync(path, { recursive: true });
    this.#device = openSync('/dev/fuse', constants.O_RDWR | constants.O_NONBLOCK);
    const options = Buffer.from(`fd=${this.#device},rootmode=40000,user_id=0,group_id=0,allow_other\0`);
    check(mount('hung', path, 'fuse', 0, options), `mount on ${path}`);
    if (takes) this.#taking = setInterval(() => this.#take(), takeEveryMs).unref();
  }

  /** Ends every wait at once (`umount -f`); the path is an empty directory again. */
  unmount(): void {
    umount2(this.path, MNT_FORCE);
    umount2(this.path, MNT_DETACH);
    clearInterval(this.#taking);
    this.#taking = undefined;
    closeSync(this.#device);
  }

  /** The same, and removes the directory. */
  remove(): void {
    this.unmount();
    rmdirSync(this.path);
  }

  #take(): void {
    const request = Buffer.alloc(requestBytes);
    try {
      for (;;) {
        readSync(this.#device, request);
        if (request.readUInt32LE(4) === FUSE_INIT) writeSync(this.#device, initReply(request));
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') clearInterval(this.#taking);
    }
  }
}

/** struct fuse_out_header and struct fuse_init_out: the version that the kernel asks for, and nothing else. */
function initReply(request: Buffer): Buffer {
  const reply = Buffer.alloc(outHeaderBytes + initReplyBytes);
  reply.writeUInt32LE(reply.length, 0);
  request.copy(reply, 8, 8, 16);
  reply.writeUInt32LE(7, outHeaderBytes);
  reply.writeUInt32LE(request.readUInt32LE(inHeaderBytes + 4), outHeaderBytes + 4);
  reply.writeUInt32LE(4096, outHeaderBytes + 20);
  return reply;
}
