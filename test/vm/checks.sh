#!/bin/bash
# Runs in the VM of `npm run test:vm`, as root: each check is a line on the console, `ok` or `not ok` with what it is.
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root
cd /opt/pouch || exit

say() { echo "VM: $*" >/dev/console; }

# check NAME PATTERN COMMAND…: the command succeeds, and its output matches.
check() {
  local name=$1 pattern=$2 output
  shift 2
  if output=$("$@" 2>&1) && [[ $output =~ $pattern ]]; then say "ok $name"
  else say "not ok $name: $(tail -n 5 <<<"$output" | tr '\n' '|')"; say "pouchd: $(tail -n 5 /var/log/pouchd.log | tr '\n' '|')"; fi
}

# Returns when the command succeeds, or after a while.
await() { for ((i = 0; i < 600; i++)); do "$@" &>/dev/null && return; sleep 0.2; done; }

start_daemon() {
  bin/pouchd --config /etc/pouchd.yaml &>>/var/log/pouchd.log &
  daemon=$!
  await bin/pouch ps
}

limits() { # of a container's cgroup, as the kernel has them
  local pid cgroup
  pid=$(bin/pouch inspect -f '{{.State.Pid}}' "$1")
  cgroup=/sys/fs/cgroup$(cut -d: -f3 "/proc/$pid/cgroup")
  echo "$cgroup $(cat "$cgroup"/{memory.max,memory.swap.max,pids.max,cpu.max} | tr '\n' ' ')"
}

plugins=/opt/pouch/test/integration/support/plugins
hides='setsid -f sleep 4343.5; exec sleep 4343.5'

of_process() { # prints the cgroup of both processes of `hides`, with values of it
  local pids cgroups file values=
  pids=$(pgrep -x -f 'sleep 4343.5') || { echo no process; return $(($# > 0)); }
  [[ $(wc -w <<<"$pids") == 2 ]] || return
  cgroups=$(for pid in $pids; do cut -d: -f3 "/proc/$pid/cgroup"; done | sort -u)
  for file in "$@"; do values+=" $(<"/sys/fs/cgroup$cgroups/$file")"; done
  echo "$cgroups$values"
}

is_up() { [[ $(bin/pouch exec box systemctl is-system-running) =~ running|degraded ]]; }

is_oom() { [[ $(bin/pouch inspect -f '{{.State.OOMKilled}}' box) == true ]]; }

greedy() { # runs a container that takes more memory than it may
  bin/pouch run --name box -m 32m --memory-swap 32m "$@" busybox tail /dev/zero
  await is_oom # a scope of systemd ends with its process, so containerd reports it with a delay
  bin/pouch inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' box
  bin/pouch rm box >/dev/null
}

disk=/dev/vda:/dev/data:r
reads='head -c 512 /dev/data | wc -c'

device() { # of a running container: it comes, stays over an update, and goes
  local numbers
  numbers=$(printf '%d %d' $(stat -c '0x%t 0x%T' /dev/vda))
  bin/pouch device add box "$disk"
  bin/pouch exec box sh -c "exec 2>&1; mknod /kept b $numbers; $reads; (exec 3<>/kept) || echo read-only"
  bin/pouch update -m 96m --memory-swap 96m box
  bin/pouch exec box sh -c "$reads"
  bin/pouch device rm box /dev/data
  bin/pouch exec box sh -c 'exec 2>&1; head -c 512 /kept; exec 3<>/dev/null && echo null'
  bin/pouch device ls -q box
}

rich() { # boots a rich container, gives it a device, prints its state, stops it
  bin/pouch run -d --name box --network none --rich "$@" rich || return
  await is_up
  bin/pouch exec box systemctl is-system-running
  bin/pouch exec box systemctl --failed --plain --no-legend
  bin/pouch device add box "$disk" >/dev/null
  bin/pouch exec box sh -c "mkdir /sys/fs/cgroup/own && echo \$\$ >/sys/fs/cgroup/own/cgroup.procs && $reads"
  bin/pouch stop -t 60 box 2>/dev/null && bin/pouch inspect -f 'exit {{.State.ExitCode}}' box
  bin/pouch rm -f box
}

# The parts that are asked for: checks, matrix.
asks_for() { [[ " $(<parts) " == *" $1 "* ]]; }

say "cgroups $(stat -f -c %T /sys/fs/cgroup), Linux $(uname -r), $(runc --version | head -n 1), $(crun --version | head -n 1)"
drivers=
asks_for checks && drivers='cgroupfs systemd'
for driver in $drivers; do
  export POUCH_HOST=unix:///run/$driver/pouchd.sock
  printf 'apiVersion: pouch/v1\nroot: /var/lib/%s\nstate: /run/%s\nruntime: { cgroupDriver: %s }\n' $driver $driver $driver >/etc/pouchd.yaml
  start_daemon
  check "$driver: an image" busybox bin/pouch load -q -i busybox.tar
  check "$driver: an image with systemd" rich bin/pouch load -q -i rich.tar
  check "$driver: info shows it" "version 2, $driver" bin/pouch info
  case $driver in
    cgroupfs) runtimes='runc crun runlxc' place='/pouch-[0-9a-f]*/[0-9a-f]{64}(/payload)? ' parent=/batch/web under='/batch/web/' ;;
    systemd) runtimes='runc crun' place='/pouch\.slice/pouch-[0-9a-f]*\.slice/pouch-[0-9a-f]{64}\.scope ' parent=batch-web.slice under='/batch.slice/batch-web.slice/' ;;
  esac
  for runtime in $runtimes; do
    name="$driver, $runtime"
    bin/pouch run -d --name box --runtime $runtime -m 64m --pids-limit 33 --cpus 0.5 busybox sleep 1000
    check "$name: its limits, in its place" "$place"'67108864 67108864 33 50000 100000' limits box
    check "$name: exec" '^0::/$' bin/pouch exec box cat /proc/self/cgroup
    bin/pouch exec box dd if=/dev/zero of=/dev/shm/x bs=1M count=20
    check "$name: stats" '^(2[0-9]|3[0-9])\.?[0-9]*MiB / 64MiB$' bin/pouch stats --no-stream --format '{{.MemUsage}}' box
    check "$name: a device comes and goes" '512.*not permitted.*read-only.*512.*not permitted.*null$' device
    check "$name: stop and rm" box bin/pouch rm -f box
    check "$name: killed out of memory" '^true 137$' greedy --runtime $runtime
    check "$name: no cgroup is left" '^$' find /sys/fs/cgroup -name '*[0-9a-f]*' -regextype egrep -regex '.*[0-9a-f]{64}.*'
    bin/pouch run -d --name box --runtime $runtime --cgroup-parent $parent busybox sleep 1000
    check "$name: a parent of one's choice" "$under" limits box
    bin/pouch rm -f box
    if [[ $driver == cgroupfs ]]; then
      mkdir -p /sys/fs/cgroup/others/b/c
      bin/pouch run -d --name box --runtime $runtime --cgroup-parent /others/b/c -m 64m --cpuset-cpus 0 busybox sleep 1000
      check "$name: a nested parent that others created" '/others/b/c/[0-9a-f]{64}(/payload)? 67108864 ' limits box
      check "$name: its CPUs" '^0$' bin/pouch exec box sh -c 'grep Cpus_allowed_list /proc/self/status | cut -f 2'
      bin/pouch rm -f box
      check "$name: only the container’s cgroup is removed" '^$' env -C /sys/fs/cgroup rmdir -p others/b/c
    fi
    check "$name: users of its own" '0 .*65536.*0 0' bin/pouch run --rm --runtime $runtime --userns auto busybox \
      sh -c 'cat /proc/self/uid_map; touch /x; echo $(stat -c %u /x /bin)'
    check "$name: systemd inside" $'running\n512\nbox\nexit 0\nbox$' rich --runtime $runtime
    check "$name: systemd inside, with a user namespace" $'running\n512\nbox\nexit 0\nbox$' rich --runtime $runtime --userns auto
  done
  bin/pouch run -d --name box busybox sleep 1000
  check "$driver: a device for a container" '/dev/data' bin/pouch device add box "$disk"
  kill -9 $daemon
  start_daemon
  check "$driver: a device outlives the daemon" '^512$' bin/pouch exec box sh -c "$reads"
  check "$driver: a new daemon takes over" box bin/pouch rm -f box
  kill $daemon
  wait $daemon
  echo "plugins: [{ path: $plugins/plansProcesses.ts, isolation: in-process, options: { argv: [/bin/sh, -c, '$hides'] } }]" >>/etc/pouchd.yaml
  start_daemon
  check "$driver: a container with a process of a plugin" '^[0-9a-f]{64}$' bin/pouch run -d --name box busybox sleep 1000
  await of_process pids.max
  check "$driver: a process beside a container, in its cgroup" '/processes/[0-9a-f]*-[0-9a-f]{64}\.run 134217728 64 100000 100000$' of_process \
    memory.max pids.max cpu.max
  kill -9 $daemon
  start_daemon
  check "$driver: it outlives its daemon" 'running \(pid [0-9]+\)' bin/pouch effects ls box
  bin/pouch rm -f box
  check "$driver: it ends with its container, and with what it has hidden" '^no process$' of_process
  check "$driver: its cgroup is removed" '^$' find /sys/fs/cgroup -path '*processes*'
  check "$driver: no unit is left" '^$' systemctl list-units --all --plain --no-legend 'pouch*.scope'
  kill $daemon
  wait $daemon
done
if asks_for matrix; then
  export POUCH_HOST=unix:///run/matrix/pouchd.sock
  printf 'apiVersion: pouch/v1\nroot: /var/lib/matrix\nstate: /run/matrix\n' >/etc/pouchd.yaml
  start_daemon
  for archive in images/*.tar; do bin/pouch load -q -i "$archive" &>/dev/null && rm "$archive"; done
  bin/pouch load -q -i busybox.tar &>/dev/null
  node matrix.mjs 2>&1 | while read -r line; do say "$line"; done
  kill $daemon
  wait $daemon
fi
say end
sync
systemctl poweroff --force
