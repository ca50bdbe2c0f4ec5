import { addressIn, bitsOf, overlap, parseCidr, sizeOf } from '../../client/options/cidr.ts';

export {
  addressIn,
  bitsOf,
  canonicalAddress,
  type Cidr,
  overlap,
  parseCidr,
  sizeOf,
  textOf,
} from '../../client/options/cidr.ts';

/**
 * Yields the addresses that containers on a bridge can have, each once: those after `last` first. The first of a
 * network is its own, the second the gateway's, the last is for broadcasts.
 */
export function* addressesAfter(last: string, subnet: string): Generator<string> {
  const network = parseCidr(subnet);
  if (!network) return;
  const count = sizeOf(network) - 3n;
  const address = parseCidr(last);
  const offset = address && overlap(network, address) ? address.base - network.base : 1n;
  const before = offset > 1n ? offset : 1n;
  for (let n = 0n; n < count; n++) yield addressIn(network, ((before - 1n + n) % count) + 2n);
}

/**
 * The parts of a subnet that containers get addresses of: those of the range, without addresses that others have.
 * @param range missing: all of the subnet
 */
export function partsOf(
  subnet: string,
  range: string | undefined,
  reserved: readonly string[],
): { rangeStart: string; rangeEnd: string }[] {
  const [whole, part] = [parseCidr(subnet)!, parseCidr(range ?? subnet)!];
  const first = part.base === whole.base ? 1n : part.base - whole.base;
  const end = part.base - whole.base + sizeOf(part) - 1n;
  // The last of an IPv4 network is for broadcasts.
  const last = whole.family === 4 && end === sizeOf(whole) - 1n ? end - 1n : end;
  const gaps = reserved
    .flatMap((one) => parseCidr(one) ?? [])
    .filter((one) => overlap(part, one) && one.prefix === bitsOf(one))
    .map(({ base }) => base - whole.base)
    .toSorted((a, b) => (a < b ? -1 : 1));
  const parts: { rangeStart: string; rangeEnd: string }[] = [];
  let start = first;
  for (const gap of [...gaps, last + 1n]) {
    if (gap > start)
      parts.push({ rangeStart: addressIn(whole, start), rangeEnd: addressIn(whole, gap - 1n) });
    if (gap >= start) start = gap + 1n;
  }
  return parts;
}
