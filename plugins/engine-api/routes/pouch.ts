/** Routes of Pouch's extensions. */
import type {
  BootstrapRequest,
  ContainerEffectWire,
  EffectLeftoverWire,
  EffectOriginWire,
  ErrorResponse,
  PlanResponse,
  ProfileWire,
  RichModeWire,
  ReconciliationWire,
  RuntimeWire,
  StoredPlanResponse,
  TimelineWire,
} from '../../../client/wire.ts';
import { type Plan, toPouchError } from '../../../hooks/index.ts';
import { readJson } from '../http/body.ts';
import { parameter, type Call, type Route } from '../http/call.ts';
import { errorBody } from '../http/errorReply.ts';
import { namingTheImage } from '../http/imageError.ts';
import { allInNamesOf, degradedInNamesOf, inNamesOf } from '../../../translate/names/inNamesOf.ts';
import { streamProgress } from '../http/progressStream.ts';
import { sendJson } from '../http/reply.ts';
import { validate } from '../http/validate.ts';
import { record, text, texts, typed } from '../schemas/json.ts';
import { familiar } from '../translate/image/reference.ts';
import { readContainerRequest } from './container/create.ts';

export const pouchRoutes: Route[] = [
  { method: 'POST', path: '/pouch/plan', handler: plan },
  { method: 'GET', path: '/pouch/containers/:id/plan', handler: storedPlan },
  { method: 'GET', path: '/pouch/containers/:id/explain', handler: explain },
  { method: 'GET', path: '/pouch/containers/:id/timeline', handler: timeline },
  { method: 'GET', path: '/pouch/containers/:id/recording', handler: recording },
  { method: 'POST', path: '/pouch/containers/:id/reconcile', handler: reconcile },
  { method: 'GET', path: '/pouch/containers/:id/effects', handler: effects },
  { method: 'GET', path: '/pouch/containers/:id/effects/:key', handler: explainEffect },
  { method: 'DELETE', path: '/pouch/containers/:id/effects/:key', handler: dropEffect },
  { method: 'POST', path: '/pouch/effects/gc', handler: collectEffects },
  { method: 'POST', path: '/pouch/images/bootstrap', handler: bootstrap },
  { method: 'GET', path: '/pouch/ops', handler: (call) => sendJson(call, call.engine.system.ops()) },
  { method: 'GET', path: '/pouch/info', handler: info },
  { method: 'GET', path: '/pouch/runtimes', handler: runtimes },
  { method: 'GET', path: '/pouch/profiles', handler: profiles },
  { method: 'GET', path: '/pouch/rich-modes', handler: richModes },
];

const bootstrapSchema = typed<BootstrapRequest>(
  record({ reference: text, suite: text, include: texts, mirror: text }, ['reference', 'suite']),
);

/** Returns the plan that create would apply; changes nothing. */
async function plan(call: Call): Promise<void> {
  const { request, warnings } = await readContainerRequest(call);
  const options = { offline: call.query.flag('offline'), without: namesIn(call.query.text('without')) };
  const made = await call.engine.containers.plan(request, options).catch((error: unknown) => {
    throw namingTheImage(error, request.image);
  });
  const body: PlanResponse = {
    ...planResponse(call, { ...made, warnings: [...warnings, ...made.warnings] }, made.draft.runtime),
    findings: made.findings.map((finding) => findingFor(call, finding)),
  };
  sendJson(call, body);
}

/** `A,B`: names have no comma. */
function namesIn(list: string | undefined): string[] {
  return (list ?? '').split(',').filter(Boolean);
}

/** As the error of a create, but for the container, which does not exist. */
function findingFor({ client }: Call, finding: Error): ErrorResponse {
  return { ...errorBody(toPouchError(finding), client, ''), container: undefined };
}

async function storedPlan(call: Call): Promise<void> {
  const { id, draft } = call.engine.containers.inspect(parameter(call, 'id'));
  sendJson(call, planResponse(call, await call.engine.containers.storedPlan(id), draft.runtime));
}

function planResponse({ client }: Call, made: Omit<Plan, 'draft'>, runtime: string): StoredPlanResponse {
  const { spec, plainSpec, effects, blame } = made;
  return {
    spec: { ...spec },
    plainSpec: { ...plainSpec },
    effects,
    blame,
    degraded: degradedInNamesOf(client, made.degraded),
    warnings: allInNamesOf(client, made.warnings),
    runtime,
  };
}

async function explain(call: Call): Promise<void> {
  sendJson(call, await call.engine.containers.explain(parameter(call, 'id'), call.query.text('field')));
}

async function recording(call: Call): Promise<void> {
  sendJson(call, await call.engine.containers.record(parameter(call, 'id')));
}

async function timeline(call: Call): Promise<void> {
  const operations: TimelineWire[] = await call.engine.containers.timeline(parameter(call, 'id'));
  sendJson(
    call,
    operations.map((operation) => ({
      ...operation,
      taps: operation.taps.map((tap) => ({
        ...tap,
        ...(tap.error !== undefined && { error: inNamesOf(call.client, tap.error) }),
      })),
    })),
  );
}

async function reconcile(call: Call): Promise<void> {
  const options = {
    dryRun: call.query.flag('dryRun'),
    restart: call.query.flag('restart'),
    always: call.query.flag('always'),
  };
  const made = await call.engine.containers.reconcile(parameter(call, 'id'), options);
  const body: ReconciliationWire = { ...made, degraded: degradedInNamesOf(call.client, made.degraded) };
  sendJson(call, body);
}

async function effects(call: Call): Promise<void> {
  const all: ContainerEffectWire[] = await call.engine.containers.effects(parameter(call, 'id'));
  sendJson(call, all);
}

async function explainEffect(call: Call): Promise<void> {
  const [id, key] = [parameter(call, 'id'), parameter(call, 'key')];
  const found: EffectOriginWire = await call.engine.containers.explainEffect(id, key);
  sendJson(call, found);
}

async function collectEffects(call: Call): Promise<void> {
  const dryRun = call.query.flag('dryrun');
  const found: EffectLeftoverWire[] = await call.engine.system.collectEffects({ dryRun });
  sendJson(call, found);
}

async function dropEffect(call: Call): Promise<void> {
  sendJson(call, await call.engine.containers.dropEffect(parameter(call, 'id'), parameter(call, 'key')));
}

async function bootstrap(call: Call): Promise<void> {
  const body = validate(bootstrapSchema, await readJson(call));
  const options = {
    reference: body.reference,
    suite: body.suite,
    include: body.include ?? [],
    mirror: body.mirror || undefined,
  };
  await streamProgress(call, body.reference, async (sink) => {
    const image = await call.engine.images.bootstrap(options, sink.report, call.signal);
    sink.send({ status: `Created ${familiar(body.reference)}`, aux: { ID: image.id } });
  });
}

async function info(call: Call): Promise<void> {
  sendJson(call, await call.engine.system.info());
}

async function profiles(call: Call): Promise<void> {
  const all: ProfileWire[] = call.engine.system.profiles();
  sendJson(call, all);
}

async function richModes(call: Call): Promise<void> {
  const all: RichModeWire[] = call.engine.system.richModes();
  sendJson(call, all);
}

async function runtimes(call: Call): Promise<void> {
  const all: RuntimeWire[] = await call.engine.system.runtimes();
  sendJson(
    call,
    all.map((runtime) => runtimeFor(call, runtime)),
  );
}

function runtimeFor({ client }: Call, runtime: RuntimeWire): RuntimeWire {
  const { problem } = runtime;
  return {
    ...runtime,
    ...(problem !== undefined && { problem: inNamesOf(client, problem) }),
    features: runtime.features.map(({ doc, reason, ...rest }) => ({
      ...rest,
      doc: inNamesOf(client, doc),
      ...(reason !== undefined && { reason: inNamesOf(client, reason) }),
    })),
  };
}
