import type { RuntimeFinding } from '../../../hooks/index.ts';
import { exists, type Host, mayUse, readText } from '../host.ts';
import { bad, good } from './finding.ts';

const device = '/dev/kvm';

export async function kvmFinding(host: Host): Promise<RuntimeFinding> {
  if (await mayUse(host, device)) return await trial(host);
  if (await exists(host, device))
    return bad('KVM', `${device} may not be opened`, `chown root:kvm ${device}`);
  return bad('KVM', `there is no ${device}`, mend((await readText(host, '/proc/cpuinfo')) ?? ''));
}

async function trial(host: Host): Promise<RuntimeFinding> {
  const failed = await host.tryKvm();
  if (failed === '') return good('KVM', `${device}, a virtual machine can be made`);
  return bad('KVM', `${device} opens, but no virtual machine can be made: ${failed}`, unusable);
}

/** By the flags of proc_cpuinfo(5): `vmx` of Intel, `svm` of AMD; `hypervisor` means that this is a virtual machine itself. */
function mend(cpuinfo: string): string {
  const has = (flag: string) => new RegExp(`^(flags|Features).*\\b${flag}\\b`, 'm').test(cpuinfo);
  if (has('vmx')) return 'modprobe kvm_intel';
  if (has('svm')) return 'modprobe kvm_amd';
  if (has('hypervisor')) return nested;
  return 'modprobe kvm; where that fails, switch virtualisation on in the firmware (VT-x, AMD-V)';
}

const unusable =
  'look for KVM in dmesg; stop other hypervisors that use it (lsmod | grep vbox); in a virtual machine, allow nested virtualisation on the one below it';

const nested =
  'this host is a virtual machine: allow nested virtualisation on the machine below it (modprobe kvm_intel nested=1, or kvm_amd) and give this one its CPU model (QEMU: -cpu host)';
