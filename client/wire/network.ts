import type { EndpointSettings } from './endpoint.ts';

/** Addresses of a network. */
export interface IpamConfig {
  /** CIDR. */
  Subnet?: string;
  /** CIDR: the part of the subnet that containers get addresses of. */
  IPRange?: string;
  Gateway?: string;
  AuxiliaryAddresses?: Record<string, string> | null;
}

/** How a network gives addresses. */
export interface Ipam {
  Driver?: string;
  Options?: Record<string, string> | null;
  Config?: IpamConfig[] | null;
}

/** A network, as in `GET /networks/{id}`. */
export interface NetworkWire {
  Name: string;
  Id: string;
  /** RFC 3339. */
  Created: string;
  Scope: string;
  Driver: string;
  EnableIPv4?: boolean;
  EnableIPv6: boolean;
  IPAM: Ipam;
  Internal: boolean;
  Attachable: boolean;
  Ingress: boolean;
  ConfigFrom?: { Network: string };
  ConfigOnly?: boolean;
  /** By the container's id. */
  Containers: Record<string, NetworkMember>;
  Options: Record<string, string> | null;
  Labels: Record<string, string> | null;
}

/** A container on a network. */
export interface NetworkMember {
  Name: string;
  EndpointID: string;
  MacAddress: string;
  /** CIDR. */
  IPv4Address: string;
  IPv6Address: string;
}

/** Body of `POST /networks/create`. */
export interface NetworkCreateRequest {
  Name?: string;
  CheckDuplicate?: boolean;
  Driver?: string;
  Scope?: string;
  Internal?: boolean;
  Attachable?: boolean;
  Ingress?: boolean;
  ConfigOnly?: boolean;
  ConfigFrom?: { Network?: string } | null;
  IPAM?: Ipam | null;
  EnableIPv4?: boolean;
  EnableIPv6?: boolean;
  Options?: Record<string, string> | null;
  Labels?: Record<string, string> | null;
}

/** Response to `POST /networks/create`. */
export interface NetworkCreateResponse {
  Id: string;
  Warning: string;
}

/** Response to `POST /networks/prune`. */
export interface NetworksPruneResponse {
  NetworksDeleted: string[] | null;
}

/** Body of `POST /networks/{id}/connect`. */
export interface NetworkConnectRequest {
  /** Name or id. */
  Container?: string;
  EndpointConfig?: EndpointSettings | null;
}

/** Body of `POST /networks/{id}/disconnect`. */
export interface NetworkDisconnectRequest {
  Container?: string;
  /** Also succeeds where the container is not on the network any more. */
  Force?: boolean;
}
