import type { Logger } from '../../../hooks/defineHook.ts';
import { asCaller } from '../../../hooks/caller.ts';
import type { HostFacts, Plugin, PluginContext } from '../../../hooks/definePlugin.ts';
import { messageOf, PouchError } from '../../../hooks/errors.ts';
import type { FileAccess } from '../../../hooks/files.ts';
import {
  type DoctorRequest,
  type EffectRequest,
  type HookRequest,
  type NetworkDriverRequest,
  type LogDriverRequest,
  type ImageSourceRequest,
  type PageRequest,
  processProtocol,
  type RouteRequest,
  type VerbRequest,
  type ServiceRequest,
  type VolumeDriverRequest,
} from '../../../hooks/processProtocol.ts';
import { isRuntimeProgram, type RuntimeProgram } from '../../../hooks/runtimeProgram.ts';
import type { RuntimeProvider } from '../../../hooks/runtime.ts';
import type { OwnedEffectKind } from '../../contract/ownedEffectKind.ts';
import { systemClock } from '../../systemClock.ts';
import { type Contributed, Contributions } from '../load/Contributions.ts';
import { clone } from '../draft/clone.ts';
import { isPlainData, plainDataHint } from '../draft/plainData.ts';
import { tokenName } from '../../../hooks/token.ts';
import { checkManifest } from '../load/manifest.ts';
import { importModuleText } from '../load/pluginFile.ts';
import { setupContext } from '../load/setupContext.ts';
import { declaredBy } from './declared.ts';
import { MetricBuffer } from './MetricBuffer.ts';
import { Connection, type HostReply, type HostRequest } from './Connection.ts';
import { runTap } from './runTap.ts';
import { runtimeCall } from './runtimeCall.ts';
import { runRoute } from './runRoute.ts';
import { runVerb } from './runVerb.ts';
import { injectedBy, remoteService, servicesOf } from './services.ts';

/** The hook that a line of the log belongs to, and its fields. */
interface LineScope {
  readonly hook?: number;
  readonly fields?: Record<string, unknown> | undefined;
}

/** Runs one plugin, TypeScript or JavaScript, in this process for pouchd. */
export class PluginHost {
  readonly #connection = new Connection(async (request, signal) => {
    // What a request has counted comes before its reply.
    return await this.#serve(request, signal).finally(() => this.#metrics.flush());
  });
  readonly #metrics = new MetricBuffer((report) => this.#connection.send(report));
  #plugin: Plugin | undefined;
  #contributions: Contributions | undefined;
  readonly #runtimes = new Map<string, RuntimeProgram>();
  /** Ends when the plugin is set up: other requests wait for it. */
  #introduced: Promise<unknown> = Promise.resolve();

  take(message: Parameters<Connection['take']>[0]): void {
    this.#connection.take(message);
  }

  readonly log = this.#logger(() => ({}));

  /** While a hook is open its lines belong to it; later ones have its name. */
  #logOf({ id, point }: HookRequest): Logger {
    return this.#logger((fields) =>
      this.#connection.isOpen(id) ? { hook: id, fields } : { fields: { hook: point, ...fields } },
    );
  }

  #logger(scope: (fields?: Record<string, unknown>) => LineScope): Logger {
    const writer = (level: keyof Logger) => (message: string, given?: Record<string, unknown>) => {
      const { hook, fields = given } = scope(given);
      const safe = fields && (JSON.parse(JSON.stringify(fields, loggable)) as Record<string, unknown>);
      const of = hook === undefined ? {} : { hook };
      this.#connection.send({
        type: 'log',
        ...of,
        level,
        message: String(message),
        ...(safe && { fields: safe }),
      });
    };
    return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') };
  }

  async #serve(request: HostRequest, signal: AbortSignal): Promise<HostReply> {
    if (request.type === 'describe' || request.type === 'check' || request.type === 'setup')
      return await this.#introduce(request);
    await this.#introduced;
    switch (request.type) {
      case 'hook':
        return await this.#hook(request, signal);
      case 'effect':
        return await this.#effect(request, signal);
      case 'runtime':
        return await runtimeCall(this.#runtimes.get(request.runtime), request, {
          signal,
          log: this.log,
          addFunction: (path) => this.#addFunction(request, path),
        });
      case 'volume':
        return await this.#volume(request, signal);
      case 'network':
        return await this.#network(request, signal);
      case 'image':
        return await this.#image(request, signal);
      case 'page':
        return await this.#page(request, signal);
      case 'doctor':
        return await this.#doctor(request, signal);
      case 'service':
        return await this.#service(request);
      case 'logs':
        return await this.#logs(request, signal);
      case 'route':
        return await this.#route(request, signal);
      case 'verb':
        return await this.#verb(request, signal);
      default:
        return await this.#dispose();
    }
  }

  async #introduce(
    request: Extract<HostRequest, { type: 'describe' | 'check' | 'setup' }>,
  ): Promise<HostReply> {
    const before = this.#introduced;
    const reply = before.then(() => {
      if (request.type === 'describe') return this.#describe(request);
      return request.type === 'check' ? this.#check(request) : this.#setUp(request);
    });
    // Others begin once the reply is sent: one of them may compute forever.
    this.#introduced = reply.catch(() => undefined).then(() => new Promise(setImmediate));
    return await reply;
  }

  async #describe({ module }: Extract<HostRequest, { type: 'describe' }>): Promise<HostReply> {
    if (!module) throw new Error('no module is named');
    const plugin = checkManifest(await importModuleText(module), module.path);
    this.#plugin = plugin;
    const { name, version, doc, engines, options, required, wants, hooks, provides = {}, check } = plugin;
    return {
      manifest: {
        protocol: processProtocol,
        name,
        setup: true,
        inject: injectedBy(plugin),
        ...(check && { check: true as const }),
        ...(version !== undefined && { version }),
        ...(doc !== undefined && { doc }),
        ...(options !== undefined && { options }),
        ...(required !== undefined && { required }),
        ...(engines && { engines }),
        ...(wants && { wants: [...wants] }),
        ...(Object.keys(provides).length > 0 && {
          provides: Object.values(provides).map((token) => ({ service: tokenName(token) })),
        }),
        ...(hooks && { hooks: hooks.map((point) => ({ point })) }),
      },
    };
  }

  async #check({ options }: Extract<HostRequest, { type: 'check' }>): Promise<HostReply> {
    await (this.#plugin?.check?.(options, this.#locate) as void | Promise<void>);
    return {};
  }

  readonly #locate = (pointer: string): string | undefined =>
    this.#connection.callNow('locate', [pointer]) as string | undefined;

  async #setUp({ options, host, services }: Extract<HostRequest, { type: 'setup' }>): Promise<HostReply> {
    const plugin = this.#plugin;
    if (!plugin) throw new Error('the module is not loaded');
    const contributions = (this.#contributions = new Contributions(plugin.name, {
      isBuiltIn: false,
      provides: Object.keys(plugin.provides ?? {}),
      contributes: plugin.contributes,
      log: this.log,
    }));
    try {
      await plugin.setup(
        await this.#context(plugin, contributions, { options, host: host as HostFacts, others: services }),
      );
      contributions.requireProvided();
    } finally {
      contributions.seal();
    }
    return { contributions: declaredBy(plugin, contributions, [...this.#runtimes.values()]) };
  }

  async #context(
    plugin: Plugin,
    contributions: Contributions,
    { options, host, others }: { options: unknown; host: HostFacts; others: Record<string, string[]> },
  ): Promise<PluginContext> {
    const { name } = plugin;
    const files = Object.freeze(remoteService('files', this.#connection)) as FileAccess;
    const own = { clock: systemClock, host, log: this.log, files };
    const services = await servicesOf(plugin, own, others, this.#connection);
    const parts = { options, locate: this.#locate, services, log: this.log, host, files };
    return {
      ...setupContext(plugin, parts, contributions),
      runtime: (runtime: RuntimeProvider | RuntimeProgram) => this.#addRuntime(runtime, contributions),
      surface: (surface) => refuse(name, `the surface ${surface.name}`, hints.surface),
      imageBuilder: (builder) => refuse(name, `the image builder ${builder.name}`, hints.imageBuilder),
      metric: (declaration) =>
        this.#metrics.reported(declaration.name, contributions.declareMetric(declaration)),
    };
  }

  /** Root starts its program, so functions alone are not enough. */
  #addRuntime(runtime: RuntimeProvider | RuntimeProgram, contributions: Contributions): void {
    if (!isRuntimeProgram(runtime))
      refuse(this.#plugin!.name, `the runtime ${runtime.name} by functions alone`, hints.runtime);
    contributions.add('runtime', runtime);
    this.#runtimes.set(runtime.name, runtime);
  }

  async #hook(request: HookRequest, signal: AbortSignal): Promise<HostReply> {
    const { point, tap: name, deadlineMs, input, functions = [], caller } = request;
    const tap = this.#contributions?.taps.find(
      (one) => one.point.name === point && (one.options.name ?? this.#plugin?.name) === name,
    );
    if (!tap) throw new PouchError('PCH_NOT_FOUND', `the plugin has no tap ${name} of ${point}`);
    for (const path of functions) this.#addFunction(input, path);
    const log = this.#logOf(request);
    const context = { signal, timeoutMs: deadlineMs, log };
    const run = async () => await runTap(tap.point.kind, tap.run, input, context);
    try {
      return await (caller ? asCaller(() => caller, run) : run());
    } catch (error) {
      if (signal.aborted) log.warn('the tap failed after its deadline', { error: messageOf(error) });
      throw error;
    }
  }

  /** A function of the input, which is a method of pouchd while the hook is open. */
  #addFunction(input: unknown, path: string): void {
    const names = path.split('.');
    const last = names.pop()!;
    const owner = names.reduce<unknown>((value, name) => (value as Record<string, unknown>)[name], input);
    (owner as Record<string, unknown>)[last] = async (...args: unknown[]) =>
      await this.#connection.call(path, args);
  }

  async #effect(request: EffectRequest, signal: AbortSignal): Promise<HostReply> {
    const kind = this.#contributions?.effectKinds.find((one) => one.kind === request.kind);
    if (!kind) throw new PouchError('PCH_NOT_FOUND', `the plugin has no effect kind ${request.kind}`);
    const result = await this.#effectResult(kind, request, signal);
    return result === undefined ? {} : { result };
  }

  async #effectResult(kind: OwnedEffectKind, request: EffectRequest, signal: AbortSignal): Promise<unknown> {
    const { action, args = {}, result, container = '', key = '', draft, damaged } = request;
    const given = args as Record<string, unknown>;
    const resultOf = (other: string) => this.#connection.callNow('resultOf', [other]);
    switch (action) {
      case 'describe':
        return await kind.describe(given);
      case 'check':
        this.#addFunction(request, 'draft.image.stat');
        return await kind.check?.(given, { draft: draft as never, signal });
      case 'apply':
        return await kind.apply(given, { container, key, resultOf, signal });
      case 'undo':
        return await kind.undo(given, result, { container, key, resultOf, signal });
      case 'assume':
        return await kind.assume?.(damaged as { id: string; netns: string });
    }
  }

  #named<
    Point extends
      'volumeDriver' | 'networkDriver' | 'logDriver' | 'imageSource' | 'page' | 'verb' | 'doctorCheck',
  >(point: Point, name: string): Contributed[Point] | undefined {
    return this.#contributions?.of(point).find((one) => one.name === name);
  }

  async #volume(
    { driver: name, action, volume }: VolumeDriverRequest,
    signal: AbortSignal,
  ): Promise<HostReply> {
    const driver = this.#named('volumeDriver', name);
    const result: unknown = await driver?.[action]?.(volume, { signal });
    return result === undefined ? {} : { result };
  }

  async #image(
    { source: name, action, reference, repository, tag, digest = '', ...blob }: ImageSourceRequest,
    signal: AbortSignal,
  ): Promise<HostReply> {
    const source = this.#named('imageSource', name);
    if (!source) throw new PouchError('PCH_NOT_FOUND', `the plugin has no image source ${name}`);
    const { size = 0, mediaType = '', offset = 0 } = blob;
    const image = { reference, repository };
    const wanted = tag === undefined ? { ...image, digest } : { ...image, tag };
    const result =
      action === 'manifest'
        ? await source.manifest?.(wanted, { signal })
        : await source.blob?.({ ...image, digest, size, mediaType, offset }, { signal });
    return result === undefined ? {} : { result: this.#connection.encode(result) };
  }

  async #logs(
    { driver: name, action, container, lines = [] }: LogDriverRequest,
    signal: AbortSignal,
  ): Promise<HostReply> {
    const driver = this.#named('logDriver', name);
    if (!driver) throw new PouchError('PCH_NOT_FOUND', `the plugin has no log driver ${name}`);
    if (action === 'check') await driver.check?.(container, { signal });
    else await driver.write?.({ container, lines }, { signal });
    return {};
  }

  async #page({ page: name, query }: PageRequest, signal: AbortSignal): Promise<HostReply> {
    const page = this.#named('page', name);
    if (!page) throw new PouchError('PCH_NOT_FOUND', `the plugin has no page ${name}`);
    const result = clone(await page.render({ query, signal }));
    if (result !== undefined && !isPlainData(result))
      throw new PouchError('PCH_PLUGIN_CONTRACT', 'the page returned a value that is not plain data', {
        hint: plainDataHint,
      });
    return { result };
  }

  async #route(request: RouteRequest, signal: AbortSignal): Promise<HostReply> {
    const { method, path, caller } = request;
    const routes = this.#contributions?.of('route');
    const route = routes?.find((one) => one.method === method && one.path === path);
    if (!route) throw new PouchError('PCH_NOT_FOUND', `the plugin has no route ${method} ${path}`);
    const handle = async () => await runRoute(route, request, signal, this.#connection);
    const result = await (caller ? asCaller(() => caller, handle) : handle());
    return result === undefined ? {} : { result };
  }

  async #verb(request: VerbRequest, signal: AbortSignal): Promise<HostReply> {
    const { verb: name, caller } = request;
    const verb = this.#named('verb', name);
    if (!verb) throw new PouchError('PCH_NOT_FOUND', `the plugin has no verb ${name}`);
    const run = async () => await runVerb(verb, request, signal, this.#connection);
    return { result: await (caller ? asCaller(() => caller, run) : run()) };
  }

  async #doctor({ check: name }: DoctorRequest, signal: AbortSignal): Promise<HostReply> {
    const check = this.#named('doctorCheck', name);
    if (!check) throw new PouchError('PCH_NOT_FOUND', `the plugin has no doctor check ${name}`);
    return { result: await check.run({ signal }) };
  }

  async #service({ service, method, args }: ServiceRequest): Promise<HostReply> {
    const provided = Object.entries(this.#plugin?.provides ?? {}).find(
      ([, token]) => tokenName(token) === service,
    );
    const methods = this.#contributions?.provided.get(provided?.[0] ?? '') as Methods | undefined;
    if (!methods) throw new PouchError('PCH_NOT_FOUND', `the plugin does not provide ${service}`);
    const result = clone(await methods[method]?.(...args));
    if (result !== undefined && !isPlainData(result))
      throw new PouchError('PCH_PLUGIN_CONTRACT', 'it returned a value that is not plain data', {
        hint: plainDataHint,
      });
    return result === undefined ? {} : { result };
  }

  async #network(request: NetworkDriverRequest, signal: AbortSignal): Promise<HostReply> {
    const { driver: name, action, network, attachment } = request;
    const driver = this.#named('networkDriver', name);
    const result: unknown =
      action === 'check'
        ? await driver?.check?.(network!, { signal })
        : await driver?.attach?.(attachment!, { signal });
    return result === undefined ? {} : { result };
  }

  async #dispose(): Promise<HostReply> {
    for (const run of (this.#contributions?.disposers ?? []).toReversed()) {
      try {
        await run();
      } catch (error) {
        this.log.warn('a plugin failed to clean up', { error: messageOf(error) });
      }
    }
    return {};
  }
}

type Methods = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** What a plugin in a process of its own contributes instead. */
const hints = {
  surface:
    'contribute the server as a process that pouchd starts and supervises, `sidecar({ name, command })`: docs/guides/sidecars.md',
  imageBuilder: 'a builder starts programs as root, with files that root owns',
  runtime:
    'name the program that root starts, `runtime({ name, binary: "/usr/local/bin/NAME" })` or `shim`: docs/guides/runtimes.md#from-a-plugin',
};

function refuse(plugin: string, what: string, instead: string): never {
  throw new PouchError(
    'PCH_PLUGIN_ISOLATED',
    `plugin ${plugin} contributes ${what}, which a plugin in a process of its own cannot`,
    {
      plugin,
      hint: `${instead}; or write \`isolation: in-process\` in its entry in pouchd.yaml: it then runs in pouchd, with all of its rights`,
    },
  );
}

function loggable(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? value.message : value;
}
