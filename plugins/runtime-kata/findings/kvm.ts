import type { RuntimeFinding } from '../../../hooks/index.ts';
import { exists, type Host, mayUse, readText } from '../host.ts';
import { bad, good } from './finding.ts';

const device = '/dev/kvm';

export async function kvmFinding(host: Host): Promise<RuntimeFinding> {
  if (await mayUse(host, device)) return await trial(host);
  if (await exists(host, device))
    return bad('KVM', `no permission to open ${device}`, `chown root:kvm ${device}`);
  return bad('KVM', `${device} does not exist`, fixFor((await readText(host, '/proc/cpuinfo')) ?? ''));
}

async function trial(host: Host): Promise<RuntimeFinding> {
  const failed = await host.tryKvm();
  if (failed === '') return good('KVM', `${device}, a virtual machine can be created`);
  return bad('KVM', `${device} can be opened, but cannot create a virtual machine: ${failed}`, unusable);
}

/**
 * Chooses by the flags of proc_cpuinfo(5): `vmx` for Intel, `svm` for AMD; `hypervisor` if this host is itself a
 * virtual machine.
 */
function fixFor(cpuinfo: string): string {
  const has = (flag: string) => new RegExp(`^(flags|Features).*\\b${flag}\\b`, 'm').test(cpuinfo);
  if (has('vmx')) return 'modprobe kvm_intel';
  if (has('svm')) return 'modprobe kvm_amd';
  if (has('hypervisor')) return nested;
  return 'modprobe kvm; if that fails, enable virtualisation in the firmware (VT-x, AMD-V)';
}

const unusable =
  'search dmesg for KVM; stop other hypervisors that use it (lsmod | grep vbox); in a virtual machine, enable nested virtualisation on its host';

const nested =
  'this host is a virtual machine: enable nested virtualisation on its host (modprobe kvm_intel nested=1, or kvm_amd) and pass the CPU model through (QEMU: -cpu host)';
