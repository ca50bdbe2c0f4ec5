import { createInterface } from 'node:readline';
import { execa } from 'execa';
import type { Disk } from './disk.ts';

/** Minutes are long in a machine whose processor is emulated. */
const deadlineMs = 45 * 60_000;

/** `kvm` is not the default: where it is there and does not work, QEMU aborts. */
const accelerator = process.env['POUCH_VM_ACCEL'] ?? 'tcg,thread=multi';

/** What the checks print on the console begins with it; the kernel and the getty print there too. */
const mark = 'VM: ';

/**
 * Boots a machine from a disk; yields the lines of its checks, and ends when it has powered off.
 * @throws what `interrupted` was aborted with
 */
export async function* boot(
  { image, kernel, initrd }: Disk,
  interrupted: AbortSignal,
): AsyncIterable<string> {
  const machine = execa(
    'qemu-system-x86_64',
    [
      ...['-accel', accelerator, '-cpu', 'max', '-smp', '2', '-m', '2048'],
      ...['-kernel', kernel, '-initrd', initrd],
      ...['-append', 'root=/dev/vda rw console=ttyS0 quiet systemd.show_status=0'],
      ...['-drive', `file=${image},format=raw,if=virtio,cache=unsafe`],
      ...['-nic', 'none', '-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-no-reboot'],
    ],
    { stdin: 'ignore', timeout: deadlineMs, killSignal: 'SIGKILL', buffer: false },
  );
  machine.catch(() => undefined); // a consumer that stops early does not wait for it
  const end = () => machine.kill('SIGKILL');
  interrupted.addEventListener('abort', end);
  try {
    for await (const line of createInterface({ input: machine.stdout })) {
      const at = line.indexOf(mark);
      if (at >= 0) yield line.slice(at + mark.length).trimEnd();
    }
    interrupted.throwIfAborted();
    await machine;
  } finally {
    interrupted.removeEventListener('abort', end);
    end();
  }
}
