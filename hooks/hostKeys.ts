/**
 * Lines of shell for a script that runs as root before the init: give a container with sshd the host keys that it
 * lacks, which it then keeps. An image has none, so that no two containers share them; packages of systemd generate
 * them by a unit, other inits do not. A start that was interrupted leaves no half of a key. An RSA key takes a second,
 * so it is generated beside the boot and used from the next start of sshd on.
 */
export const hostKeysScript = `pouch_host_key() {
  key=/etc/ssh/ssh_host_$1_key
  [ ! -s $key ] || return 0
  rm -f $key $key.pub $key.new $key.new.pub
  ssh-keygen -q -N '' -t $1 -f $key.new && mv $key.new.pub $key.pub && mv $key.new $key
}
if [ -f /etc/ssh/sshd_config ] && command -v ssh-keygen >/dev/null; then
  pouch_host_key ed25519
  pouch_host_key ecdsa
  [ -s /etc/ssh/ssh_host_rsa_key ] || pouch_host_key rsa </dev/null >/dev/null 2>&1 &
fi
`;
