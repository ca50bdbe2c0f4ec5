import type { TObject } from '@sinclair/typebox';
import type { DoctorFinding } from '../contributions/doctorCheck.ts';
import type { RouteReply } from '../contributions/route.ts';
import type { VerbContext } from '../contributions/verb.ts';
import { token } from '../token.ts';

/** A verb of an active plugin. */
export interface VerbInfo {
  name: string;
  doc: string;
  plugin: string;
  /** JSON Schemas. */
  args: TObject;
  options: TObject;
}

export interface RouteCall {
  method: string;
  /** Below `/plugins/NAME`: `/users/ann`. */
  path: string;
  query: Readonly<Record<string, string>>;
  /** Undefined without one. */
  body: unknown;
  signal: AbortSignal;
}

/** What a check of a plugin has found. */
export interface DoctorReport extends DoctorFinding {
  plugin: string;
  name: string;
}

/** Calls what plugins contribute for users, each call with its deadline and the plugin's name in its error. */
export interface Extensions {
  verbs(): VerbInfo[];
  /** Resolves to the exit code. @throws PCH_NOT_FOUND, PCH_OPTION_INVALID, PCH_DEADLINE */
  runVerb(name: string, input: { args: unknown; options: unknown }, context: VerbContext): Promise<number>;
  /** @throws PCH_PATH_NOT_FOUND, PCH_BAD_REQUEST, PCH_DEADLINE */
  callRoute(plugin: string, call: RouteCall): Promise<Required<Pick<RouteReply, 'status'>> & RouteReply>;
  /** Runs all doctor checks side by side. */
  doctor(signal: AbortSignal): Promise<DoctorReport[]>;
  /** Metrics of the engine and of plugins, in the text format of Prometheus. */
  metrics(): Promise<string>;
}

export const Extensions = token<Extensions>('extensions');
