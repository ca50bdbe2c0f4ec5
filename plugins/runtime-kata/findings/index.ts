import type { RuntimeFinding } from '../../../hooks/index.ts';
import type { ConfigSearch } from '../config/find.ts';
import type { KataConfig } from '../config/load.ts';
import type { Host } from '../host.ts';
import { type Shim } from '../shim/probe.ts';
import { configFinding } from './configuration.ts';
import { fileFindings } from './files.ts';
import { kvmFinding } from './kvm.ts';
import { propagationFinding } from './propagation.ts';
import { shimFinding } from './shim.ts';
import { snapshotterFinding } from './snapshotter.ts';
import { syslogFinding } from './syslog.ts';
import { vsockFinding } from './vsock.ts';

export interface Looked {
  findings: RuntimeFinding[];
  /** Undefined if it is invalid or not found. */
  config?: KataConfig;
}

/**
 * Checks everything that kata needs, in the order of {@link findingNames}; without a configuration, not what depends
 * on it.
 */
export async function lookAtHost(
  host: Host,
  shim: Shim | undefined,
  asked: { shim: string; search: ConfigSearch; snapshotter: string },
): Promise<Looked> {
  const { finding, config } = await configFinding(host, asked.search);
  const { language } = asked.search;
  return {
    findings: [
      shimFinding(shim, asked.shim),
      finding,
      ...(config ? await fileFindings(host, config) : []),
      await kvmFinding(host),
      ...(config ? [await vsockFinding(host, config, shim?.major ?? 0)] : []),
      await propagationFinding(host),
      await syslogFinding(host, language),
      ...(config ? [snapshotterFinding(config, asked.snapshotter)] : []),
    ],
    ...(config && { config }),
  };
}
