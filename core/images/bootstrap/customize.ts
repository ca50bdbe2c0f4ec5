/**
 * What makes a tree of packages an image: run by mmdebstrap with the root directory as argument. Containers that are
 * made from the image shall be machines of their own, so nothing that identifies one may be in it.
 */
export const customizeScript = `#!/bin/sh
set -eu
root=$1

# machine-id(5): systemd fills an empty file at the first boot.
: >"$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id" "$root/var/lib/systemd/random-seed"

# The engine binds a container's own files over these; what mmdebstrap copied in is the build host's.
: >"$root/etc/resolv.conf"
echo localhost >"$root/etc/hostname"
chmod 0644 "$root/etc/resolv.conf" "$root/etc/hostname" "$root/etc/machine-id"

# Every machine has SSH host keys of its own: made before sshd starts for the first time.
if [ -x "$root/usr/sbin/sshd" ]; then
  rm -f "$root"/etc/ssh/ssh_host_*
  unit=/etc/systemd/system/ssh-host-keys.service
  mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
  cat >"$root$unit" <<'UNIT'
[Unit]
Description=Make the SSH host keys of this machine
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key
Before=ssh.service ssh.socket

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -A
RemainAfterExit=yes

[Install]
WantedBy=multi-user.target
UNIT
  ln -sf "$unit" "$root/etc/systemd/system/multi-user.target.wants/ssh-host-keys.service"
fi

# A container has no display: fewer units to look at on the way up.
if [ -x "$root/lib/systemd/systemd" ]; then
  ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
fi
`;
