import assert from 'node:assert/strict';
import { shadowServices } from '../../../../../core/plugins/shadow/shadowServices.ts';
import { methodsOf, serviceMethods } from '../../../../../hooks/serviceMethods.ts';
import { token } from '../../../../../hooks/token.ts';

/** Every method returns its name. */
const everyMethod = (service: string) =>
  Object.fromEntries(methodsOf(service).map(([method]) => [method, () => method]));

/** Begin or whole of names of what changes something, or plans. */
const changes =
  /^(create|run$|start|stop|restart|kill|remove|rename|update|pause|unpause|remount|dropEffect|attach|console|resize|resizeConsole|prune|plan|record|reconcile|emit|runVerb|callRoute|pull|tag|load|import|save|bootstrap|reload|disable|enable|promote|demote|install|rollback|collectEffects|forCaller)/;

describe('the services of a shadow', () => {
  it('let it read, and refuse each call that may change something, with a code and a way out', () => {
    for (const service of Object.keys(serviceMethods)) {
      const inject = { it: token(service) };
      const guarded = shadowServices({ it: everyMethod(service) }, inject, 'corp').it;
      for (const [method] of methodsOf(service)) {
        const call = guarded[method]!;
        if (!changes.test(method)) continue;
        assert.throws(call, { code: 'PCH_PLUGIN_SHADOW', plugin: 'corp' }, `${service}.${method}`);
      }
    }
    const { containers } = shadowServices(
      { containers: everyMethod('containers') },
      { containers: token('containers') },
      'corp',
    );
    assert.equal(containers['list']!(), 'list');
  });

  it('of other plugins are refused altogether: whether they change something is unknown', () => {
    const inject = { users: token('corp.users') };
    const { users } = shadowServices({ users: { find: () => 'alice' } }, inject, 'corp');
    assert.throws(() => users.find(), /cannot call corp\.users\.find: a service of another plugin may/);
  });
});
