/** A fake host in a directory, with the files that kata needs. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inProcessFiles } from '../../../core/files/inProcessFiles.ts';
import type { Host } from '../../../../../plugins/runtime-kata/host.ts';

export const golang =
  'Kata Containers containerd shim (Golang): id: "io.containerd.kata.v2", version: 3.2.0, commit: abc\n';
export const rust =
  'Kata Containers containerd shim (Rust): id: io.containerd.kata.v2, version: 3.4.1, commit: abc\n';

export const qemu = `
[hypervisor.qemu]
path = "/usr/bin/qemu"
kernel = "/usr/share/kata/vmlinux"
image = "/usr/share/kata/kata.img"
virtio_fs_daemon = "/usr/libexec/virtiofsd"
shared_fs = "virtio-fs"
enable_annotations = ["enable_iommu", "^default_memory$", "["]
[runtime]
disable_guest_seccomp = true
`;

/** Every file of a host on which kata works. */
export const complete: Record<string, string> = {
  '/usr/local/bin/containerd-shim-kata-v2': '',
  '/etc/kata-containers/configuration.toml': qemu,
  '/usr/bin/qemu': '',
  '/usr/share/kata/vmlinux': 'kernel',
  '/usr/share/kata/kata.img': 'image',
  '/usr/libexec/virtiofsd': '',
  '/dev/kvm': '',
  '/dev/vhost-vsock': '',
  '/dev/log': '',
  '/proc/cpuinfo': 'flags\t\t: fpu vmx sse\n',
  '/proc/self/mountinfo': '23 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n',
};

export class FakeHost implements Host {
  readonly root: string;
  readonly files = inProcessFiles();
  env: Record<string, string | undefined> = { PATH: '/usr/local/bin:/usr/bin' };
  /** The error of creating a virtual machine. */
  kvmFailure = '';
  /** The output of `--version`. */
  version = golang;

  private constructor(root: string) {
    this.root = root;
  }

  static async create(files: Readonly<Record<string, string>> = complete): Promise<FakeHost> {
    const host = new FakeHost(await mkdtemp(join(tmpdir(), 'kata-host-')));
    for (const [path, content] of Object.entries(files)) await host.write(path, content);
    return host;
  }

  /** Writes an executable file, as most of the checked files are. */
  async write(path: string, content: string): Promise<void> {
    const file = join(this.root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
    await chmod(file, 0o755);
  }

  async remove(path: string): Promise<void> {
    await rm(join(this.root, path));
  }

  run(_file: string, args: readonly string[]): Promise<string> {
    return Promise.resolve(args.includes('--version') ? this.version : '');
  }

  tryKvm(): Promise<string> {
    return Promise.resolve(this.kvmFailure);
  }

  dispose(): Promise<void> {
    return rm(this.root, { recursive: true });
  }
}
