import assert from 'node:assert/strict';
import { parseForwardedPorts } from '../../../../plugins/network-cni/ports/forwarded.ts';

/** As iptables 1.8.9 prints portmap 1.1.1's rules. */
const rules = String.raw`
-P PREROUTING ACCEPT
-N CNI-DN-ba865c8b8dd513aa391d9
-N CNI-HOSTPORT-DNAT
-A PREROUTING -m addrtype --dst-type LOCAL -j CNI-HOSTPORT-DNAT
-A CNI-DN-ba865c8b8dd513aa391d9 -s 10.232.0.0/24 -p tcp -m tcp --dport 18099 -j CNI-HOSTPORT-SETMARK
-A CNI-DN-ba865c8b8dd513aa391d9 -p tcp -m tcp --dport 18099 -j DNAT --to-destination 10.232.0.3:80
-A CNI-DN-ba865c8b8dd513aa391d9 -d 127.0.0.1/32 -p udp -m udp --dport 53 -j DNAT --to-destination 10.232.0.3:53
-A CNI-HOSTPORT-DNAT -p tcp -m comment --comment "dnat name: \"pouch0\" id: \"c1\"" -m multiport --dports 18099 -j CNI-DN-ba865c8b8dd513aa391d9
`;

describe('network-cni: forwarded ports', () => {
  it('reads port, protocol, address, container and network from portmap’s rules', () => {
    assert.deepEqual(parseForwardedPorts(rules), [
      { protocol: 'tcp', hostPort: 18099, hostIp: '', container: 'c1', network: 'pouch0' },
      { protocol: 'udp', hostPort: 53, hostIp: '127.0.0.1', container: 'c1', network: 'pouch0' },
    ]);
  });

  it('finds none in a table without portmap', () => {
    assert.deepEqual(parseForwardedPorts('-P PREROUTING ACCEPT\n'), []);
  });
});
