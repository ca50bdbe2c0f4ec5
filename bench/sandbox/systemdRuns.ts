import { execa } from 'execa';

/** Whether systemd with a process id reports that it is up. Queried from the host, as the time of exec differs. */
export async function systemdRuns(pid: string): Promise<boolean> {
  const namespaces = ['--mount', '--pid', '--ipc', '--net', '--uts'];
  const args = ['--target', pid, ...namespaces, 'systemctl', 'is-system-running'];
  return (await execa('nsenter', args, { reject: false, timeout: 10_000, stdin: 'ignore' })).exitCode === 0;
}
