/**
 * Returns a test for the log line with which kata's shim in Go reports a failed wait for a process, which happens
 * when its hypervisor dies; 1.x then reports the exit code 0 (containerd-shim-v2/wait.go). The `pid` of a container's
 * command is the container's id; that of an exec is a name that only the shim knows.
 */
export function lostExitSign(container: string, kind: 'command' | 'exec'): (line: string) => boolean {
  const start = `level=error msg="Wait for process failed" container=${container} `;
  const isOfCommand = (line: string) => line.includes(` pid=${container}`);
  return (line) => line.includes(start) && (kind === 'exec' || isOfCommand(line));
}
