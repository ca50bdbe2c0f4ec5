/** Does what it is asked to, the same in every isolation. */
import { Readable } from 'node:stream';
import {
  Clock,
  Config,
  Containers,
  currentCaller,
  definePlugin,
  Events,
  Execs,
  Files,
  Host,
  Images,
  Log,
  markSecret,
  PouchError,
  System,
  Type,
  Volumes,
} from 'pouch/hooks';
import type { ContainerDraft, TapContext } from 'pouch/hooks';

type Action = (draft: ContainerDraft, context: TapContext) => unknown;

export default definePlugin({
  name: 'parity',
  version: '1.2.3',
  doc: 'Does what it is asked to.',
  options: Type.Object({ text: Type.String({ default: 'standard' }) }),
  inject: {
    clock: Clock,
    config: Config,
    containers: Containers,
    events: Events,
    execs: Execs,
    files: Files,
    host: Host,
    images: Images,
    log: Log,
    system: System,
    volumes: Volumes,
  },
  setup({ hooks, options, services, host, files, log, effect, onDispose }) {
    const { containers, images, events, execs, config, system, volumes } = services;
    const actions: Record<string, Action> = {
      nothing: () => undefined,
      labels: (draft) => void (draft.labels['set'] = options.text),
      nested: (draft) => {
        draft.resources.cpu = { shares: 2 };
        draft.mounts['/data'] = { type: 'tmpfs', source: 'tmpfs', options: ['ro'] };
        draft.process.command.push('more');
        delete draft.process.env['PATH'];
      },
      later: async (draft) => {
        await new Promise((resolve) => setTimeout(resolve, 5));
        draft.labels['later'] = 'yes';
      },
      returns: (draft) => ({ ...draft, labels: { ...draft.labels, whole: 'yes' } }),
      'returns garbage': () => 5,
      'returns data that is not plain': (draft) => void (draft.labels['date'] = new Date() as never),
      'sets a wrong type': (draft) => void (draft.labels['number'] = 5 as never),
      'sets a fixed field': (draft) => void ((draft as { name: string }).name = 'other'),
      'sets a reserved effect': (draft) =>
        void (draft.effects['io'] = { kind: 'io', stage: 'start', args: {} }),
      huge: (draft) => void (draft.labels['huge'] = 'x'.repeat(100 * 1024 * 1024)),
      throws: () => {
        throw new Error('not today');
      },
      rejects: async () => Promise.reject(new Error('not tomorrow')),
      refuses: () => {
        throw new PouchError('PCH_OPTION_INVALID', 'expected a, found b', {
          hint: 'say a',
          field: 'resources.memory',
        });
      },
      'throws no error': () => {
        // eslint-disable-next-line @typescript-eslint/only-throw-error -- plugins do it
        throw 'a text';
      },
      exits: () => process.exit(3),
      'kills itself': () => void process.kill(process.pid, 'SIGKILL'),
      'leaks a promise': () => void Promise.reject(new Error('nobody cares')),
      'writes late': (draft) => void setTimeout(() => (draft.labels['late'] = 'yes'), 20),
      logs: (_draft, context) => {
        context.log.info('from the tap', { big: 5n, error: new Error('inner') });
        log.warn('from the plugin');
        services.log.debug('from the service');
      },
      secret: (draft) => markSecret(draft, 'labels.other'),
      facts: async (draft) => {
        const stat = await draft.image.stat('/bin/busybox');
        const facts = [
          host.root,
          services.host.root,
          services.clock.now() instanceof Date,
          stat,
          currentCaller(),
        ];
        draft.labels['facts'] = JSON.stringify(facts);
      },
      files: async (draft) => {
        const read = [
          await files.readText('/etc/hostname', 1000),
          await services.files.readText('/none', 10),
        ];
        draft.labels['files'] = JSON.stringify(read.map((text) => typeof text));
      },
      'reads services': async (draft) => {
        const found = {
          list: containers.list({ all: true }).map(({ name }) => name),
          inspect: containers.inspect('web').name,
          frozen: Object.isFrozen(containers.inspect('web')),
          setting: config.get('runtime.default'),
          ops: system.ops(),
          exec: execs.inspect('e').exitCode,
          volumes: (await volumes.list()).length,
        };
        draft.labels['services'] = JSON.stringify(found);
      },
      'a service throws': () => containers.inspect('none'),
      'a service rejects': async () => await containers.start('none'),
      'changes things': async (draft) => {
        await containers.start('web');
        const { exitCode } = await containers.wait('web', 'not-running', new AbortController().signal);
        events.emit({ type: 'container', action: 'custom', id: 'web', attributes: { a: 'b' } });
        draft.labels['exit'] = String(exitCode);
      },
      'with callbacks': async (draft) => {
        const seen: unknown[] = [];
        const image = await images.pull('busybox', {
          onProgress: (progress) => void seen.push(progress.status),
        });
        const work = async () => currentCaller().transport + containers.list().length;
        const inside = await system.forCaller(new AbortController().signal, work);
        draft.labels['callbacks'] = JSON.stringify([seen, image.id, inside]);
      },
      streams: async (draft) => {
        const output: string[] = [];
        const { attachment: given, started } = await containers.run({} as never, {
          stdin: true,
          stdout: true,
          stderr: true,
          logs: false,
        });
        await started;
        const attachment = given!;
        attachment.stdin?.end('typed');
        for await (const { stream, data } of attachment.output) output.push(`${stream}:${data.toString()}`);
        attachment.detach();
        const followed: unknown[] = [];
        const end = new AbortController();
        for await (const event of events.subscribe({ signal: end.signal })) {
          followed.push(event.action, typeof event.timeNano);
          if (event.action === 'second') end.abort();
        }
        const lines: string[] = [];
        for await (const { data } of containers.logs('web', { stdout: true, stderr: true, follow: true })) {
          lines.push(data.toString());
          break;
        }
        const archive: Buffer[] = [];
        for await (const chunk of await images.save(['busybox'])) archive.push(chunk as Buffer);
        const loaded = await images.load(Readable.from([Buffer.from('a'), Buffer.from('tar')]));
        draft.labels['streams'] = JSON.stringify([
          output,
          followed,
          lines,
          Buffer.concat(archive).toString(),
          loaded.map(({ id }) => id),
        ]);
      },
      'a failed start': async (draft) => {
        const { started } = await containers.run({ name: 'fails' } as never, {} as never);
        draft.labels['started'] = await started.then(
          () => 'yes',
          (error: PouchError) => `${error.code}: ${error.message}`,
        );
      },
      findings: async (draft) => {
        const { findings } = await containers.plan({} as never);
        draft.labels['findings'] = findings
          .map((error) => `${error instanceof PouchError} ${error.message}`)
          .join();
      },
    };
    // On a busy host, what must succeed takes longer than what is too late.
    const late: Record<string, Action> = {
      'late: waits': (_draft, { signal }) =>
        new Promise((_resolve, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        ),
      'late: spins after an await': async () => {
        await Promise.resolve();
        for (;;);
      },
    };
    const tap = (table: Record<string, Action>) => (draft: ContainerDraft, context: TapContext) =>
      table[draft.labels['do'] ?? 'nothing']?.(draft, context) as undefined;
    hooks.container.preCreate.tap({ timeoutMs: 20_000 }, tap(actions));
    hooks.container.preCreate.tap({ name: 'late', timeoutMs: 2000, when: { label: 'do=late*' } }, tap(late));
    hooks.container.selectRuntime.tap(({ labels }) => labels['runtime']);
    hooks.container.prestart.tap({ name: 'writer', onError: 'degrade' }, ({ container }) => {
      if (container.name === 'written') container.name = 'other';
    });
    hooks.container.poststop.tap(({ container }) => log.info('stopped', { name: container.name }));
    effect<{ name: string }, { made: string }>({
      kind: 'thing',
      volatile: true,
      deadlineMs: 3000,
      describe: ({ name }) => {
        if (name === 'unspeakable') throw new Error('no words');
        return `make the thing ${name}`;
      },
      check: async ({ name }, { draft }) => {
        if (name === 'taken') throw new PouchError('PCH_NAME_IN_USE', `${draft.name}: ${name} is taken`);
      },
      apply: async ({ name }, { container, resultOf, signal }) => {
        if (name === 'fails') throw new Error('no room');
        if (name === 'waits')
          await new Promise((_resolve, reject) =>
            signal.addEventListener('abort', () => reject(signal.reason as Error)),
          );
        return { made: `${name} for ${container} beside ${JSON.stringify(resultOf('netns') ?? null)}` };
      },
      undo: async ({ name }, result) => {
        if (name === 'stays') throw new Error('it stays');
        log.info('undone', { name, result: result ?? null });
      },
      assume: ({ id }) => ({ name: id }),
    });
    onDispose(() => log.info('first disposed'));
    onDispose(async () => {
      log.info('last disposed', { volumes: (await volumes.list()).length });
      throw new Error('not clean');
    });
  },
});
