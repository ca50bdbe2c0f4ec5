/** Entry of `GET /pouch/containers/{id}/services`; response of `GET /pouch/containers/{id}/services/{service}`. */
export interface ContainerServiceWire {
  /** As the init of the container names it; of systemd without `.service`. */
  name: string;
  /** `exited`: it was started, has done its work and needs no process. `unknown`: its init does not know. */
  state: 'starting' | 'running' | 'exited' | 'stopping' | 'stopped' | 'failed' | 'unknown';
  /** `static`: it can be neither enabled nor disabled, because others start it. */
  enabled: 'enabled' | 'disabled' | 'static' | 'masked' | 'unknown';
  /** Of its main process, in the container. */
  pid?: number;
  /** RFC 3339: since when it is in this state. */
  since?: string;
  description?: string;
}
