/** `io.containerd.runsc.v1` is the executable `containerd-shim-runsc-v1` (containerd, runtime v2 README). */
export function shimExecutable(type: string): string {
  return `containerd-shim-${type.split('.').slice(-2).join('-')}`;
}
