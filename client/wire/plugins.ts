/** Response of `POST /pouch/plugins/validate?path=`: what pouchd finds in a plugin of its host. */
export interface PluginCheckWire {
  name: string;
  /** The file that pouchd would load. */
  path: string;
  version?: string;
  doc?: string;
  /** Names of the hook points that its manifest lists. */
  hooks?: readonly string[];
  /** Why it cannot be loaded. */
  problem?: { code: string; message: string; hint?: string };
}
