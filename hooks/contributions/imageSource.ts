/**
 * Supplies the content of images: a share, peers, a store of the company. `pouch pull` asks the sources whose patterns
 * match the reference, in the order of their plugins, and the registry last. Pouch checks every digest and size itself.
 *
 * It works in a plugin with a process of its own too. Several pulls, and several blobs of one, call it at once.
 */
export interface ImageSource {
  /** At most 63 lower-case letters, digits, `_`, `.` or `-`, the first a letter or digit. */
  name: string;
  /** One sentence. */
  doc: string;
  /**
   * Patterns of the full references that it is asked for, `docker.io/library/debian:bookworm` for example; `*` stands
   * for any text. Others cost no call.
   */
  references: readonly string[];
  /** Milliseconds of a call, and of each wait for a chunk of a stream; 30 s if missing. */
  deadlineMs?: number;
  /**
   * Returns a manifest or an index, or nothing if the source does not have it. What fails here fails the pull of a
   * tag: an image must not depend on whether a plugin works. Missing only for Pouch's own client, `registry`.
   */
  manifest?(
    wanted: WantedManifest,
    context: ImageSourceContext,
  ): Promise<SourceManifest | undefined> | SourceManifest | undefined;
  /**
   * Returns a blob from `offset` on, or nothing if the source does not have it. What fails here is fetched from the
   * next source, and from the registry.
   */
  blob?(
    wanted: WantedBlob,
    context: ImageSourceContext,
  ): Promise<AsyncIterable<Uint8Array> | undefined> | AsyncIterable<Uint8Array> | undefined;
}

/** The manifest that a source is asked for. */
export interface WantedManifest {
  /** Full reference of the image that is pulled. */
  readonly reference: string;
  /** `docker.io/library/debian`. */
  readonly repository: string;
  /** A tag, or the digest of a manifest: `sha256:…`. */
  readonly tag?: string;
  readonly digest?: string;
}

/** A manifest or an index, as the source has it. */
export interface SourceManifest {
  /** At most 4 MiB. */
  bytes: Uint8Array;
  /** Default: what the manifest says itself. */
  mediaType?: string;
}

/** The blob, a layer or a configuration, that a source is asked for. */
export interface WantedBlob {
  /** Full reference of the image that is pulled. */
  readonly reference: string;
  readonly repository: string;
  readonly digest: string;
  /** Bytes of the whole blob. */
  readonly size: number;
  readonly mediaType: string;
  /** A pull that was cut off continues here. */
  readonly offset: number;
}

/** What a call of an image source may use beside its arguments. */
export interface ImageSourceContext {
  /** Aborts at the deadline of the call, or when the client leaves; a stream is ended by its `return`. */
  signal: AbortSignal;
}
