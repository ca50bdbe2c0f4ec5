import type { TObject } from '@sinclair/typebox';
import type { DoctorFinding } from '../contributions/doctorCheck.ts';
import type { PageCall, PageContent } from '../contributions/page.ts';
import type { RouteHead, RouteReply, RouteWriter } from '../contributions/route.ts';
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

/** A request to a route of a plugin. */
export interface RouteCall {
  method: string;
  /** Below `/plugins/NAME`: `/users/ann`. */
  path: string;
  query: Readonly<Record<string, string>>;
  /** Undefined without one. */
  body: unknown;
  signal: AbortSignal;
  /** Begins a response that is streamed. Without it, the reply has what was written, at most 8 MiB, as `text`. */
  stream?(head: RouteHead & { status: number }): RouteWriter;
}

/** A console page of an active plugin. */
export interface PageInfo {
  plugin: string;
  name: string;
  title: string;
  doc: string;
  /** Whether menus have it; to others only links lead. */
  listed: boolean;
}

/** A page with what it shows now. */
export interface RenderedPage extends PageInfo, PageContent {
  title: string;
}

/** What a check of a plugin has found. */
export interface DoctorReport extends DoctorFinding {
  plugin: string;
  name: string;
}

/** Calls what plugins contribute for users, each call with its deadline and the plugin's name in its error. */
export interface Extensions {
  /** Every verb of the plugins that are loaded. */
  verbs(): VerbInfo[];
  /** Resolves to the exit code. @throws PCH_NOT_FOUND, PCH_OPTION_INVALID, PCH_DEADLINE */
  runVerb(name: string, input: { args: unknown; options: unknown }, context: VerbContext): Promise<number>;
  /** @throws PCH_PATH_NOT_FOUND, PCH_BAD_REQUEST, PCH_DEADLINE */
  callRoute(plugin: string, call: RouteCall): Promise<Required<Pick<RouteReply, 'status'>> & RouteReply>;
  /** Console pages, in the order of the plugins. */
  pages(): PageInfo[];
  /**
   * Renders a page. After five failures in a row it is not called for 30 s. Secrets are masked.
   * @throws PCH_NOT_FOUND, PCH_DEADLINE, PCH_PLUGIN_CONTRACT for content that is not of the form or too large, and the
   *   plugin's errors
   */
  renderPage(plugin: string, name: string, call: PageCall): Promise<RenderedPage>;
  /** Runs all doctor checks side by side. */
  doctor(signal: AbortSignal): Promise<DoctorReport[]>;
  /** Metrics of the engine and of plugins, in the text format of Prometheus. */
  metrics(): Promise<string>;
}

/** Token of the plugins' verbs and routes, for `inject`. */
export const Extensions = token<Extensions>('extensions');
