#!/bin/bash
# What an intruder with root in a container tries. Prints "NAME: done" for each attempt that succeeds, and
# "NAME: refused" otherwise. An attempt that succeeds changes nothing on the host: it writes the value that it has read,
# or calls with arguments that fail after the check of permissions. Those that change the network change that of the
# container: never run this in the network namespace of the host.
# Environment: DISK, MAJOR and MINOR of a disk of the host; HOST_PORT, a TCP port of its loopback; HOST_ABSTRACT, an
# abstract socket of it; GATEWAY, the bridge's address; HOST_INODE, a file on the host's disk mounted here.

attempt() {
  local name=$1
  shift
  if timeout -k 1 5 bash -c "set -e; $*" >/dev/null 2>&1; then echo "$name: done"; else echo "$name: refused"; fi
}

# Succeeds if the kernel gets past the permissions of a system call: NUMBER ERRNO ARGUMENTS, all in the syntax of Perl.
call() {
  attempt "$1" "exec perl -e 'my \$r = syscall($2, $4); exit(\$r >= 0 || \$!{$3} ? 0 : 1)' -MErrno"
}

m=$(mktemp -d /tmp/intruder.XXXXXX)
trap 'umount -l "$m" 2>/dev/null; rm -rf "$m" "$m".*' EXIT
mounted() { echo "mount -t $1 ${2:-} intruder $m; trap 'umount -l $m' EXIT;"; }
same() { echo "v=\$(sed 's/.*\[\(.*\)\].*/\1/' $1); echo \"\$v\" >$1;"; }

# Devices.
attempt 'a node of a disk' "rm -f $m.d; mknod $m.d b $MAJOR $MINOR; : <$m.d"
attempt 'a node of /dev/mem' "rm -f $m.d; mknod $m.d c 1 1; : <$m.d"
attempt 'a node of /dev/kmsg' "rm -f $m.d; mknod $m.d c 1 11; : >$m.d"
attempt 'a mount of devtmpfs' "$(mounted devtmpfs) : <$m/$DISK"

# Kernel interfaces in fresh mounts.
for file in sys/kernel/core_pattern sys/kernel/hotplug sys/kernel/modprobe sys/kernel/sysrq sys/vm/swappiness \
  sys/kernel/panic_on_oops sys/kernel/randomize_va_space sys/fs/file-max sys/net/core/bpf_jit_enable; do
  [ ! -e /proc/$file ] || {
    attempt "$file of a fresh proc" "$(mounted proc) $(same $m/$file)"
    attempt "$file in place" "$(same /proc/$file)"
  }
done
attempt 'sysrq-trigger of a fresh proc' "$(mounted proc) echo h >$m/sysrq-trigger"
for file in kcore timer_list kmsg kpagecount vmallocinfo slabinfo pagetypeinfo; do
  attempt "$file of a fresh proc" "$(mounted proc) head -c 1 $m/$file | grep -q ."
  attempt "$file behind its mask" "umount /proc/$file 2>/dev/null || true; head -c 1 /proc/$file | grep -q ."
done
for file in acpi/wakeup scsi/scsi latency_stats asound/card0/pcm0p/oss mtrr irq/default_smp_affinity bus/pci/devices; do
  attempt "writing $file of a fresh proc" "$(mounted proc) $(same $m/$file)"
done
attempt 'processes of the host in a fresh proc' "$(mounted proc) grep -lsa '[p]ouchd' $m/[0-9]*/cmdline"
attempt 'a writable /proc/sys' "mount -o remount,bind,rw /proc/sys; $(same /proc/sys/kernel/core_pattern)"
for file in kernel/mm/transparent_hugepage/enabled kernel/uevent_helper power/disk kernel/profiling; do
  attempt "$file of a fresh sysfs" "$(mounted sysfs) $(same $m/$file)"
  attempt "$file in place" "mount -o remount,bind,rw /sys 2>/dev/null || true; $(same /sys/$file)"
done
attempt 'a setting of a disk' "$(mounted sysfs) $(same "$m/block/$DISK/queue/read_ahead_kb")"
attempt 'debugfs' "$(mounted debugfs) ls $m/* "
attempt 'tracefs' "$(mounted tracefs) ls $m/*"
attempt 'securityfs' "$(mounted securityfs) ls $m/*"

# Its own limits, and those of others.
for option in devices memory pids cpu freezer; do
  attempt "the limits of $option in a fresh cgroup mount" \
    "$(mounted cgroup "-o $option") f=\$(ls -d $m/*.allow $m/*.limit_in_bytes $m/pids.max $m/cpu.shares $m/freezer.state | head -1); [ \$f = $m/devices.allow ] && echo a >\$f || cat \$f >\$f"
  attempt "the limits of $option in place" \
    "d=/sys/fs/cgroup/$option; mount -o remount,bind,rw \$d; f=\$(ls -d \$d/*.allow \$d/*.limit_in_bytes \$d/pids.max \$d/cpu.shares \$d/freezer.state | head -1); [ \$f = \$d/devices.allow ] && echo a >\$f || cat \$f >\$f"
  attempt "release_agent of $option" "$(mounted cgroup "-o $option") $(same $m/release_agent)"
done
attempt 'limits of a fresh cgroup2' "$(mounted cgroup2) f=\$(ls -d $m/memory.max $m/cgroup.subtree_control | head -1); cat \$f >\$f"
attempt 'more open files than its limit' 'ulimit -Hn $(($(ulimit -Hn) + 1))'
attempt 'a better OOM score' 'echo -1000 >/proc/self/oom_score_adj'
attempt 'a real-time priority' "chrt -f 50 true"

# System calls of x86-64, by their numbers (arch/x86/entry/syscalls/syscall_64.tbl).
if [ "$(uname -m)" = x86_64 ]; then
  call 'a kernel module' 175 ENOEXEC '$x = "x" x 64, 64, $y = ""'
  call 'a module of a file' 313 ENOEXEC '0, $y = "", 0'
  call 'another kernel' 246 EINVAL '0, 99, 0, 255'
  call 'a BPF program' 321 EINVAL '0, 0, 0'
  call 'performance counters of all' 298 EFAULT '0, -1, 0, -1, 0'
  call 'the keyring of the session' 250 ENOKEY '0, -3, 0'
  call 'ports of devices' 172 EINVAL '3'
  call 'the clock' 227 EFAULT '0, 0'
  call 'a swap area' 167 ENOENT '$x = "/nosuch", 0'
  call 'process accounting' 163 ENOENT '$x = "/nosuch"'
  call 'a quota' 179 ENOENT '0x80000700 | 0, $x = "/nosuch", 0, 0'
  call 'the kernel log' 103 EINVAL '3, $x = " " x 64, 64'
  call 'a file of the host by its handle' 304 ESTALE 'do { open(F, "<", $ENV{HOST_INODE}); fileno(F) }, $h = pack("LLLL", 8, 1, 2, 0), 0'
  call 'a domain of I/O ports' 173 EINVAL '0, 70000, 1'
fi

# The network of the host and of others.
attempt 'a service on the loopback of the host' "exec 3<>/dev/tcp/127.0.0.1/$HOST_PORT; head -c 5 <&3 | grep -q hello"
attempt 'the loopback by the gateway' "ip route add 127.9.9.9/32 via $GATEWAY 2>/dev/null || true; exec 3<>/dev/tcp/$GATEWAY/$HOST_PORT; head -c 5 <&3 | grep -q hello"
attempt 'an abstract socket of the host' \
  "exec perl -MSocket -e 'socket(S, AF_UNIX, SOCK_STREAM, 0); exit(connect(S, pack_sockaddr_un(qq(\\0\$ENV{HOST_ABSTRACT}))) ? 0 : 1)'"
attempt 'the socket of pouchd' 'ls /run/pouch/pouchd.sock'
attempt 'an address of its own choice' 'ip addr add 192.0.2.77/32 dev eth0'
attempt 'another MAC address' 'ip link set eth0 address 02:00:00:00:00:77'
