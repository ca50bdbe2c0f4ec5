import { createInterface } from 'node:readline';
import { execa } from 'execa';
import type { Disk } from './disk.ts';

/** Generous, as an emulated CPU is slow. */
const deadlineMs = 100 * 60_000;

/** `kvm` is not the default, because QEMU aborts if it exists but does not work. */
export const accelerator = process.env['POUCH_VM_ACCEL'] ?? 'tcg,thread=multi';

/** Prefix of the checks' lines on the console, where the kernel and getty print too. */
const mark = 'VM: ';

/**
 * Boots a VM from a disk, yields the lines of its checks, and ends when the VM has powered off.
 * @throws the reason of `interrupted`
 */
export async function* boot(
  { image, kernel, initrd }: Disk,
  interrupted: AbortSignal,
): AsyncIterable<string> {
  const vm = execa(
    'qemu-system-x86_64',
    [
      ...['-accel', accelerator, '-cpu', 'max', '-smp', '2', '-m', '3072'],
      ...['-kernel', kernel, '-initrd', initrd],
      ...['-append', 'root=/dev/vda rw console=ttyS0 quiet systemd.show_status=0'],
      ...['-drive', `file=${image},format=raw,if=virtio,cache=unsafe`],
      ...['-nic', 'none', '-display', 'none', '-monitor', 'none', '-serial', 'stdio', '-no-reboot'],
    ],
    { stdin: 'ignore', timeout: deadlineMs, killSignal: 'SIGKILL', buffer: false },
  );
  vm.catch(() => undefined); // a consumer that stops early does not await it
  const end = () => vm.kill('SIGKILL');
  interrupted.addEventListener('abort', end);
  try {
    for await (const line of createInterface({ input: vm.stdout })) {
      const at = line.indexOf(mark);
      if (at >= 0) yield line.slice(at + mark.length).trimEnd();
    }
    interrupted.throwIfAborted();
    await vm;
  } finally {
    interrupted.removeEventListener('abort', end);
    end();
  }
}
