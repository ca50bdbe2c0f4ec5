/**
 * Creates a virtual machine with one page and one CPU, and prints as JSON which call failed, if any: where
 * virtualisation is nested, emulated or used by another hypervisor, /dev/kvm can be opened but these calls fail
 * (kernel, virt/kvm/api.rst). Runs as a separate process, since each call may hang.
 */
import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';

const libc = koffi.load('libc.so.6');
const callWithNumber = libc.func('int ioctl(int fd, ulong request, long argument)');
const callWithBuffer = libc.func('int ioctl(int fd, ulong request, void *argument)');
const mmap = libc.func(
  'intptr_t mmap(long address, size_t length, int prot, int flags, int fd, long offset)',
);

/** linux/kvm.h; the numbers are the same on x86 and arm64. */
const KVM_GET_API_VERSION = 0xae00;
const KVM_CREATE_VM = 0xae01;
const KVM_CREATE_VCPU = 0xae41;
const KVM_SET_USER_MEMORY_REGION = 0x4020ae46;
/** The only API version since Linux 2.6.22. */
const apiVersion = 12;

/** sys/mman.h. */
const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const pageSize = 65_536;

function makeMachine(device: string): string {
  const kvm = openSync(device, 'r+');
  try {
    const version = callWithNumber(kvm, KVM_GET_API_VERSION, 0) as number;
    if (version !== apiVersion) return `KVM_GET_API_VERSION: ${version < 0 ? errno() : version}`;
    const vm = callWithNumber(kvm, KVM_CREATE_VM, 0) as number;
    if (vm < 0) return `KVM_CREATE_VM: ${errno()}`;
    if ((callWithBuffer(vm, KVM_SET_USER_MEMORY_REGION, memory()) as number) < 0)
      return `KVM_SET_USER_MEMORY_REGION: ${errno()}`;
    if ((callWithNumber(vm, KVM_CREATE_VCPU, 0) as number) < 0) return `KVM_CREATE_VCPU: ${errno()}`;
    return '';
  } finally {
    closeSync(kvm);
  }
}

/** struct kvm_userspace_memory_region: slot, flags, guest address, size, address in this process. */
function memory(): Buffer {
  const address = mmap(0, pageSize, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0) as number | bigint;
  const region = Buffer.alloc(32);
  region.writeBigUInt64LE(BigInt(pageSize), 16);
  region.writeBigUInt64LE(BigInt(address), 24);
  return region;
}

function errno(): string {
  const number = koffi.errno();
  return Object.entries(koffi.os.errno).find(([, value]) => value === number)?.[0] ?? `errno ${number}`;
}

const device = process.argv[2] ?? '/dev/kvm';
try {
  console.log(JSON.stringify({ failed: makeMachine(device) }));
} catch (error) {
  console.log(JSON.stringify({ failed: (error as Error).message }));
}
