/** The methods of the service `Plugin`, which Pouch calls. */
import type { MessageFns } from './gen/nri.ts';
import * as nri from './gen/nri.ts';

export const pluginServiceName = 'nri.pkg.api.v1alpha1.Plugin';
export const runtimeServiceName = 'nri.pkg.api.v1alpha1.Runtime';

export interface Method<Request, Response> {
  readonly name: string;
  readonly request: Pick<MessageFns<Request>, 'encode' | 'fromPartial'>;
  readonly response: Pick<MessageFns<Response>, 'decode'>;
}

export const methods = {
  configure: { name: 'Configure', request: nri.ConfigureRequest, response: nri.ConfigureResponse },
  synchronize: { name: 'Synchronize', request: nri.SynchronizeRequest, response: nri.SynchronizeResponse },
  create: {
    name: 'CreateContainer',
    request: nri.CreateContainerRequest,
    response: nri.CreateContainerResponse,
  },
  update: {
    name: 'UpdateContainer',
    request: nri.UpdateContainerRequest,
    response: nri.UpdateContainerResponse,
  },
  stop: { name: 'StopContainer', request: nri.StopContainerRequest, response: nri.StopContainerResponse },
  // All versions of the protocol have it for the other events.
  stateChange: { name: 'StateChange', request: nri.StateChangeEvent, response: nri.Empty },
  shutdown: { name: 'Shutdown', request: nri.Empty, response: nri.Empty },
};
