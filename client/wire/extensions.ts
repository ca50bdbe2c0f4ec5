import type { ErrorResponse } from './error.ts';

/** JSON Schema of one argument or option of a verb. */
export interface VerbValueWire {
  type: 'string' | 'integer' | 'number' | 'boolean' | 'array';
  description?: string;
  default?: unknown;
  enum?: unknown[];
}

/** JSON Schema of the arguments, in their order, or options of a verb. */
export interface VerbWordsWire {
  properties: Record<string, VerbValueWire>;
  required?: string[];
}

/** One entry of `GET /pouch/verbs`: a command of `pouch` that a plugin contributes. */
export interface VerbWire {
  name: string;
  doc: string;
  plugin: string;
  args: VerbWordsWire;
  options: VerbWordsWire;
}

/** Body of `POST /pouch/verbs/{name}`, which responds with a stream of {@link VerbMessage}. */
export interface VerbRequest {
  args: Record<string, unknown>;
  options: Record<string, unknown>;
}

/** One line of JSON; `exit` or `failed` is the last. */
export type VerbMessage =
  { out: string } | { err: string } | { exit: number } | { failed: ErrorResponse & { status: number } };

/** One entry of `GET /pouch/doctor`: what a check of a plugin has found. */
export interface DoctorReportWire {
  plugin: string;
  name: string;
  ok: boolean;
  found: string;
  /** What to do about it. */
  fix?: string;
}

/** One entry of `GET /pouch/console?format=json`: a page of the web console. */
export interface ConsolePageWire {
  plugin: string;
  name: string;
  title: string;
  doc: string;
  /** Whether menus have it; to others only links lead. */
  listed: boolean;
}
