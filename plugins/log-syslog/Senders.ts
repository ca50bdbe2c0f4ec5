import { type Address, parseAddress } from './address.ts';
import { DatagramSender } from './DatagramSender.ts';
import type { Sender } from './sender.ts';
import { StreamSender } from './StreamSender.ts';
import { UdpSender } from './UdpSender.ts';

/** One sender per address, which its containers share. */
export class Senders {
  readonly #senders = new Map<string, Sender>();

  of(address: string): Sender {
    const known = this.#senders.get(address);
    if (known) return known;
    const sender = senderFor(parseAddress(address));
    this.#senders.set(address, sender);
    return sender;
  }

  close(): void {
    for (const sender of this.#senders.values()) sender.close();
    this.#senders.clear();
  }
}

function senderFor(address: Address): Sender {
  if (address.kind === 'unix') return new DatagramSender(address.path);
  return address.kind === 'udp' ? new UdpSender(address) : new StreamSender(address);
}
