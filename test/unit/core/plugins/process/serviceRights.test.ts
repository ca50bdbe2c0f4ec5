import assert from 'node:assert/strict';
import {
  mayCall,
  requireServices,
  serviceRights,
} from '../../../../../core/plugins/process/serviceRights.ts';

const manifest = (...inject: string[]) => ({ protocol: 1 as const, name: 'p', inject });

describe('services of a plugin in a process', () => {
  it('are log, clock and host without a grant', () => {
    const rights = serviceRights('nobody', {});
    requireServices(manifest('log', 'clock', 'host'), rights);
    assert.throws(() => requireServices(manifest('log', 'containers', 'toString'), rights), {
      code: 'PCH_PLUGIN_RIGHTS',
      message: /plugin p injects containers and toString, which/,
    });
    assert.equal(mayCall(rights, 'toString', 'call'), false);
  });

  it('are those of the grant, with all methods or those listed', () => {
    const rights = serviceRights('nobody', {
      services: { containers: ['list'], events: true, log: ['info'] },
    });
    requireServices(manifest('containers', 'events'), rights);
    const calls = ['containers.list', 'containers.create', 'events.emit', 'images.pull', 'log.error'];
    assert.deepEqual(
      calls.filter((call) => mayCall(rights, ...(call.split('.') as [string, string]))),
      ['containers.list', 'events.emit', 'log.error'],
    );
  });

  for (const user of ['root', '0'])
    it(`are all for the user ${user}`, () => {
      const rights = serviceRights(user, {});
      requireServices(manifest('containers'), rights);
      assert.equal(mayCall(rights, 'containers', 'create'), true);
    });
});
