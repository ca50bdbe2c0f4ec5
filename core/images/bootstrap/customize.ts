/**
 * Turns a tree of packages into an image. mmdebstrap runs it with the root directory as argument. It removes
 * everything that identifies one system, because each container of the image gets its own.
 */
export const customizeScript = `#!/bin/sh
set -eu
root=$1

# machine-id(5): systemd fills an empty file at the first boot.
: >"$root/etc/machine-id"
rm -f "$root/var/lib/dbus/machine-id" "$root/var/lib/systemd/random-seed"

# Pouch binds a container's own files over these; mmdebstrap copied those of the build host.
: >"$root/etc/resolv.conf"
echo localhost >"$root/etc/hostname"
chmod 0644 "$root/etc/resolv.conf" "$root/etc/hostname" "$root/etc/machine-id"

# Every container gets its own SSH host keys at the first boot: the quick ones before sshd starts. An RSA key takes a
# second, so it is created in parallel and used from the next start of sshd on.
if [ -x "$root/usr/sbin/sshd" ]; then
  rm -f "$root"/etc/ssh/ssh_host_*
  units="$root/etc/systemd/system"
  mkdir -p "$units/multi-user.target.wants"
  cat >"$units/ssh-host-keys.service" <<'UNIT'
[Unit]
Description=Create the SSH host keys
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key
Before=ssh.service ssh.socket

[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -q -N "" -t ed25519 -f /etc/ssh/ssh_host_ed25519_key
ExecStart=/usr/bin/ssh-keygen -q -N "" -t ecdsa -f /etc/ssh/ssh_host_ecdsa_key
RemainAfterExit=yes

[Install]
WantedBy=multi-user.target
UNIT
  cat >"$units/ssh-rsa-host-key.service" <<'UNIT'
[Unit]
Description=Create the RSA SSH host key
ConditionPathExists=!/etc/ssh/ssh_host_rsa_key
After=ssh.service

[Service]
Type=exec
ExecStart=/usr/bin/ssh-keygen -q -N "" -t rsa -f /etc/ssh/ssh_host_rsa_key

[Install]
WantedBy=multi-user.target
UNIT
  for unit in ssh-host-keys ssh-rsa-host-key; do
    ln -sf "/etc/systemd/system/$unit.service" "$units/multi-user.target.wants/$unit.service"
  done
fi

# A container has no display: fewer units to start.
if [ -x "$root/lib/systemd/systemd" ]; then
  ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
fi
`;
