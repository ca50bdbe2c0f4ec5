import type {
  NetworkConnectRequest,
  NetworkCreateRequest,
  NetworkDisconnectRequest,
} from '../../../client/wire.ts';
import { flag, listOf, record, text, textMap, texts, typed } from './json.ts';

/** A container's place in one network. */
export const endpoint = record({
  IPAMConfig: record({ IPv4Address: text, IPv6Address: text, LinkLocalIPs: texts }),
  Links: texts,
  Aliases: texts,
  MacAddress: text,
  DriverOpts: textMap,
});

/** Body of `POST /networks/create`. */
export const createSchema = typed<NetworkCreateRequest>(
  record(
    {
      Name: text,
      Driver: text,
      Scope: text,
      Internal: flag,
      Attachable: flag,
      Ingress: flag,
      ConfigOnly: flag,
      ConfigFrom: record({ Network: text }),
      IPAM: record({
        Driver: text,
        Options: textMap,
        Config: listOf(record({ Subnet: text, IPRange: text, Gateway: text, AuxiliaryAddresses: textMap })),
      }),
      EnableIPv4: flag,
      EnableIPv6: flag,
      Options: textMap,
      Labels: textMap,
    },
    ['Name'],
  ),
);

/** Body of `POST /networks/{id}/connect`. */
export const connectSchema = typed<NetworkConnectRequest>(
  record({ Container: text, EndpointConfig: endpoint }, ['Container']),
);

/** Body of `POST /networks/{id}/disconnect`. */
export const disconnectSchema = typed<NetworkDisconnectRequest>(
  record({ Container: text, Force: flag }, ['Container']),
);
