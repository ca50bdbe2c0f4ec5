import type { Static, TObject } from '@sinclair/typebox';

/**
 * Says where the data of volumes is: `pouch volume create -d NAME -o KEY=VALUE`. It may be pure data: most drivers have
 * only `options` and `effects`.
 *
 * Every function gets a copy of the volume, may be called again after a crash, and works in a plugin with a process of
 * its own too.
 */
export interface VolumeDriver<Options extends TObject = TObject> {
  /** At most 63 lower-case letters, digits, `_`, `.` or `-`, the first a letter or digit. */
  name: string;
  /** One sentence. */
  doc: string;
  /**
   * Its options: strings, integers, numbers and booleans. Clients send text, which is converted. Missing: it takes
   * none.
   */
  options?: Options;
  /** Milliseconds of `create` and of `remove`; a minute if missing. The others have 5 s. */
  deadlineMs?: number;
  /**
   * Throws what is wrong with options that fit the schema. It changes nothing, and runs before each create, also for
   * `pouch plan run`.
   */
  check?(volume: DriverVolume<Static<Options>>, context: VolumeDriverContext): Promise<void> | void;
  /**
   * The effects that put the data at `volume.mountpoint`, by names of its choice, `mount` for example.
   * The ledger applies them before a container that uses the volume starts and undoes them after it has stopped.
   * Containers with equal effects of kinds `host.*` share them. Without effects the data is the directory itself.
   *
   * The same volume must always give the same effects.
   */
  effects?(
    volume: DriverVolume<Static<Options>>,
    context: VolumeDriverContext,
  ): Promise<VolumeEffects> | VolumeEffects;
  /** Creates what the volume needs elsewhere, on a server for example, unless it exists. Needs `remove`. */
  create?(volume: DriverVolume<Static<Options>>, context: VolumeDriverContext): Promise<void> | void;
  /** Undoes `create`. Must succeed if it never ran, ran in part, or is undone already. */
  remove?(volume: DriverVolume<Static<Options>>, context: VolumeDriverContext): Promise<void> | void;
  /** More for `pouch volume inspect`. Has 2 s; an error or a delay is shown in its place. */
  status?(
    volume: DriverVolume<Static<Options>>,
    context: VolumeDriverContext,
  ): Promise<VolumeStatus> | VolumeStatus;
}

/** A volume that the driver serves. */
export interface DriverVolume<Options = Readonly<Record<string, string | number | boolean>>> {
  readonly name: string;
  readonly options: Options;
  /** Directory of the host where containers find the data. Pouch creates and removes it. */
  readonly mountpoint: string;
}

/** What a call of a volume driver may use beside its arguments. */
export interface VolumeDriverContext {
  /** Aborts at the deadline. */
  signal: AbortSignal;
}

/** At most 16. */
export type VolumeEffects = Readonly<Record<string, VolumeEffect>>;

/** A change of the host that makes a volume's data available. */
export interface VolumeEffect {
  /** One of docs/reference/effects.md, or of the plugin itself. */
  kind: string;
  args: Record<string, unknown>;
  /** Names of other effects of the volume that are applied before it. */
  needs?: readonly string[];
}

/** What `pouch volume inspect` shows as the driver's own facts. */
export type VolumeStatus = Readonly<Record<string, string | number | boolean>>;
