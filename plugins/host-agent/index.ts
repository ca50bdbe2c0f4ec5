/** The containers, networks, volumes and images of pouchd.yaml: creates them, and keeps them as they are declared. */
import {
  Clock,
  Config,
  Containers,
  definePlugin,
  Events,
  Images,
  Networks,
  Plugins,
  PouchError,
  Volumes,
} from '../../hooks/index.ts';
import { readProfiles } from '../../translate/profiles/readProfiles.ts';
import { adoptRoutes } from './adopt/routes.ts';
import { applyRoutes } from './applyRoutes.ts';
import { Agent } from './converge/Agent.ts';
import { postOf, servingAgent } from './converge/posts.ts';
import { ImageBook } from './converge/ImageBook.ts';
import { keeperOf } from './converge/keeperOf.ts';
import { watchEvents } from './converge/watchEvents.ts';
import { readHost } from './declare/readHost.ts';
import { AppliedFiles } from './history/AppliedFiles.ts';
import { Generations } from './history/Generations.ts';
import { InForce } from './history/InForce.ts';
import { PauseFile } from './history/PauseFile.ts';
import { PinFile } from './history/PinFile.ts';
import { historyRoutes } from './history/routes.ts';
import { Options } from './options.ts';
import { statusGauges } from './statusGauges.ts';

export default definePlugin({
  name: 'host-agent',
  version: '0.1.0',
  doc: 'Creates the containers, networks and volumes of pouchd.yaml, pulls its images, and keeps them as they are declared.',
  options: Options,
  sections: ['profiles', 'networks', 'volumes', 'images', 'containers'],
  hooks: ['image.preRemove'],
  contributes: ['surface', 'route', 'doctorCheck', 'metric'],
  inject: {
    clock: Clock,
    config: Config,
    containers: Containers,
    events: Events,
    images: Images,
    networks: Networks,
    plugins: Plugins,
    volumes: Volumes,
  },
  check(options, locate, { isLenient } = { isLenient: false }) {
    if (isLenient) return;
    const problems = readHost(options, locate, '').broken.map(({ problem }) => problem);
    const unsound = readProfiles({ profiles: options.profiles ?? {} }, locate).filter(
      ({ problem }) => problem !== undefined,
    );
    // The plugin of the profiles reports the mistakes.
    if (unsound.length > 0)
      problems.push(`the profiles ${unsound.map(({ name }) => name).join(', ')} have mistakes`);
    if (problems.length === 0) return;
    throw new PouchError('PCH_PLUGIN_OPTIONS', problems.join('\n'), {
      hint: 'docs/guides/host-agent.md has the options; the objects of the last good files stay in force',
      plugin: 'host-agent',
    });
  },
  setup({ options, locate, host, log, hooks, services, surface, route, doctorCheck, metric }) {
    const { config, events, clock } = services;
    const generations = new Generations(host.root, log);
    const gauges = statusGauges(metric);
    const post = postOf(host.root);
    const applied = new AppliedFiles(host.root);
    const pauses = new PauseFile(host.root);
    let own: Agent | undefined;
    let stopSchedules: () => void = () => undefined;
    let stopWatch: () => void = () => undefined;
    const running = () => servingAgent(post);

    hooks.image.preRemove.tap(async (removal) => {
      const keeper = post.agent && (await keeperOf(services.images, post.agent.declared, removal));
      if (!keeper) return;
      const { name, origin = 'pouchd.yaml' } = keeper;
      throw new PouchError('PCH_IMAGE_IN_USE', `the image ${name} is kept, as declared in ${origin}`, {
        hint: 'declare it without keep, and run `pouch apply`',
      });
    });
    surface({
      name: 'host-agent',
      async start() {
        await generations.read();
        const key = generations.key();
        const lost = await applied.noteLost(config.lostFile(), log);
        const now = () => clock.now().toISOString();
        const inForce = await InForce.open({
          sections: options,
          locate,
          key,
          pins: new PinFile(host.root, log),
          lost,
          newest: () => generations.newest(),
          log,
          read: (sections, place, secrets = []) =>
            readHost(sections, place, key, (text) => config.isSecretText(text) || secrets.includes(text)),
          now,
        });
        for (const { problem } of inForce.declared.broken)
          log.error('a declaration cannot be used', { problem });
        post.images ??= await ImageBook.open(host.root, log);
        const agent = new Agent({
          ...services,
          log,
          key,
          book: post.images,
          root: host.root,
          inForce,
          applied: lost ? undefined : await applied.read(),
          pauses,
          paused: await pauses.read(),
          generations,
          now,
          onConverged: (status) => gauges.setObjects(status),
        });
        post.agent = own = agent;
        if (post.applies === 0) agent.converge('the configuration was loaded');
        const restartSchedules = () => {
          stopSchedules();
          stopSchedules = agent.startSchedules();
        };
        inForce.onChange = restartSchedules;
        restartSchedules();
        stopWatch = watchEvents(events, {
          onChange: (cause) => agent.converge(cause),
          onEnd: () => {
            if (agent.isHolding) agent.converge('a container has ended');
          },
          onReload: () => gauges.setFiles(config.problemOfFiles() ?? lost?.found),
        });
        gauges.setFiles(config.problemOfFiles() ?? lost?.found);
      },
      async settled(report) {
        await own?.settled(report);
      },
      async stop() {
        const ending = own;
        if (post.agent === ending) post.agent = undefined;
        stopWatch();
        stopSchedules();
        await ending?.end();
      },
    });
    route({
      method: 'GET',
      path: '/status',
      handle: async () => ({ json: await (await running()).host.read() }),
    });
    route({
      method: 'GET',
      path: '/drift',
      handle: async () => ({ json: await (await running()).planner.drift(events) }),
    });
    applyRoutes(route, { post, applied, plugins: services.plugins, clock, running });
    historyRoutes(route, { generations, agent: running });
    adoptRoutes(route, running);
    doctorCheck({
      name: 'host-agent',
      async run() {
        if (!post.agent) return { ok: true, found: 'not running' };
        const { Declared, Ok, Objects, Lost } = await post.agent.host.read();
        const bad = Objects.filter(({ State }) => State !== 'ok');
        const damaged = await generations.damaged();
        const aside = damaged.length === 0 ? '' : `; damaged files of the history: ${damaged.join(', ')}`;
        const found = `${Ok} of ${Declared} declared objects are as they are declared${aside}`;
        if (Lost)
          return {
            ok: false,
            found: `${found}; the file that was applied is lost: ${Lost.Found}`,
            fix: '`pouch status` has the ways out',
          };
        if (bad.length === 0) return { ok: true, found };
        return {
          ok: false,
          found: `${found}: ${bad.map(({ Name, State }) => `${Name} ${State}`).join(', ')}`,
          fix: '`pouch status` says why',
        };
      },
    });
  },
});
