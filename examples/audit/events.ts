import { type Caller, type ContainerRecord, currentCaller, type Hooks } from 'pouch/hooks';

export interface AuditEvent {
  action: string;
  container?: { id: string; name: string; image: string };
  /** Who asked for it. */
  caller?: Caller;
  [detail: string]: unknown;
}

export interface AuditRecord extends AuditEvent {
  time: string;
}

/** Calls `add` for each event. It returns at once, so that no operation waits. */
export function tapEvents(hooks: Hooks, add: (event: AuditEvent) => void): void {
  const of = (action: string, { id, draft }: ContainerRecord, details: object = {}) =>
    add({
      action,
      container: { id, name: draft.name, image: draft.image.reference },
      caller: currentCaller(),
      ...details,
    });
  const { container, image, daemon } = hooks;
  container.postCreate.tap(({ container: made }) => of('create', made, { runtime: made.draft.runtime }));
  container.poststart.tap(({ container: started }) => of('start', started));
  container.poststop.tap(({ container: ended }) => of('stop', ended, { exitCode: ended.state.exitCode }));
  // Arguments may be secrets: only the program is recorded.
  container.postExec.tap(({ container: within, exec: { args, user, exitCode } }) =>
    of('exec', within, { program: args[0], user, exitCode }),
  );
  container.postUpdate.tap(({ container: updated }) => of('update', updated));
  container.postRemove.tap(({ container: removed }) => of('remove', removed));
  image.postLoad.tap(({ source, references }) =>
    add({ action: source, images: references, caller: currentCaller() }),
  );
  daemon.ready.tap(() => add({ action: 'daemon.ready' }));
  daemon.reload.tap(() => add({ action: 'daemon.reload', caller: currentCaller() }));
  daemon.shutdown.tap(() => add({ action: 'daemon.shutdown' }));
}

/** One line for people. */
export function describe({ time, action, container, caller, ...details }: AuditRecord): string {
  const rest = Object.entries(details).map(([name, value]) => `${name}=${String(value)}`);
  const who = caller && `by=${callerName(caller)}`;
  const what = container && `${container.name} ${container.id.slice(0, 12)} ${container.image}`;
  return [time, action, what, ...rest, who].filter((part) => part !== undefined).join(' ');
}

function callerName({ transport, uid, certificate }: Caller): string {
  return certificate ?? (uid === undefined ? transport : `uid:${uid}`);
}
