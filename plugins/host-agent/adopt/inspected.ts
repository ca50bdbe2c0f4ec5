import type { ContainerInspect, EndpointSettings } from '../../../client/wire.ts';

/** What is used of a container of `docker inspect`. */
export type Inspected = Pick<ContainerInspect, 'Id' | 'Name' | 'Config' | 'HostConfig'> & {
  readonly Image?: string;
  readonly NetworkSettings?: { readonly Networks?: Readonly<Record<string, EndpointSettings>> | null };
};
