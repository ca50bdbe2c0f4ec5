/**
 * Whether kata's shim in Go logs that waiting for a container has failed, which happens when its hypervisor dies
 * (containerd-shim-v2/wait.go). The shim of 1.x then reports the exit code 0. Executed processes have a `pid` of their own.
 */
export function reportsLostExit(line: string, container: string): boolean {
  return (
    line.includes(`level=error msg="Wait for process failed" container=${container} `) &&
    line.includes(` pid=${container}`)
  );
}
