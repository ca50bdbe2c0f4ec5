import type { RuntimeFinding } from '../../../hooks/index.ts';
import { exists, type Host } from '../host.ts';
import type { ShimVersion } from '../shim/version.ts';
import { bad, good } from './finding.ts';

const socket = '/dev/log';

/**
 * The shim in Go fails to create a container when it cannot log (kata, katautils/logger.go: "Unix syslog delivery
 * error").
 */
export async function syslogFinding(host: Host, language: ShimVersion['language']): Promise<RuntimeFinding> {
  if (await exists(host, socket)) return good('syslog', socket);
  if (language === 'rust') return good('syslog', `no ${socket}, which a shim in Rust does not need`);
  return bad(
    'syslog',
    `${socket} does not exist`,
    'systemctl start systemd-journald-dev-log.socket; or without systemd: apt-get install rsyslog && service rsyslog start',
  );
}
