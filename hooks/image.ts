/** The OCI image config (image-spec config.md) as far as a container is made from it. */
export interface ImageConfig {
  architecture: string;
  os: string;
  variant?: string;
  created?: string;
  author?: string;
  config?: {
    User?: string;
    ExposedPorts?: Record<string, object>;
    Env?: string[];
    Entrypoint?: string[];
    Cmd?: string[];
    Volumes?: Record<string, object>;
    WorkingDir?: string;
    Labels?: Record<string, string>;
    StopSignal?: string;
    /** Docker's extension, in images that docker build made. */
    Healthcheck?: object;
    Shell?: string[];
    ArgsEscaped?: boolean;
  };
  rootfs: { type: string; diff_ids: string[] };
  history?: ImageHistoryEntry[];
}

export interface ImageHistoryEntry {
  created?: string;
  created_by?: string;
  author?: string;
  comment?: string;
  empty_layer?: boolean;
}

/** A content descriptor (image-spec descriptor.md). */
export interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
  annotations?: Record<string, string>;
}

/** An image that is on the host. */
export interface Image {
  /** The id shown to users: the digest of its config, `sha256:…`. */
  id: string;
  /** Every reference that names it, in full form (`docker.io/library/debian:bookworm`). */
  references: string[];
  /** The descriptor that the references point to (an index or a manifest). */
  target: Descriptor;
  manifest: Descriptor;
  config: ImageConfig;
  layers: Descriptor[];
  /** Compressed size of manifest, config and layers in bytes. */
  size: number;
  /** Chain id of the top layer: the key of its committed snapshot. */
  chainId: string;
  createdAt: string;
  labels: Record<string, string>;
  /** Why the image cannot be used: its manifest or config is damaged. Then config and layers are empty. */
  damage?: string;
}
