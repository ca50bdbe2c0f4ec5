/** Version information of a shim. */
export interface ShimVersion {
  version: string;
  /** 1, 2 or 3; 0 if unknown. */
  major: number;
  /** runtime-rs of kata 3 is written in Rust; it has its own configuration files. */
  language: 'go' | 'rust';
}

/**
 * Parses the output of `containerd-shim-kata-v2 --version`:
 * `Kata Containers containerd shim (Golang): id: "io.containerd.kata.v2", version: 3.2.0, commit: …`; 1.x has no
 * `(Golang)`.
 */
export function parseShimVersion(output: string): ShimVersion {
  const version = /version: v?([^\s,]+)/.exec(output)?.[1] ?? '';
  return { version, major: majorOf(version), language: output.includes('(Rust)') ? 'rust' : 'go' };
}

/** Parses the first line of `kata-runtime --version`: `kata-runtime  : 1.12.1`. */
export function parseCliVersion(output: string): string {
  return /^\S+\s*: *(\S+)/.exec(output)?.[1] ?? '';
}

export function majorOf(version: string): number {
  return Number(/^(\d+)\./.exec(version)?.[1] ?? 0);
}
