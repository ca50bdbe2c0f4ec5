/** How to install kata: Debian has no package (kata, docs/install). */
const release = 'https://github.com/kata-containers/kata-containers/releases';

export const installKata = `download kata-static-VERSION-amd64.tar.xz from ${release}, then: tar -xJf kata-static-VERSION-amd64.tar.xz -C / && ln -s /opt/kata/bin/containerd-shim-kata-v2 /usr/local/bin/`;
