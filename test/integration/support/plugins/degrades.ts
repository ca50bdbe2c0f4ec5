import { definePlugin, type TapOptions } from 'pouch/hooks';

const degrade: TapOptions = { onError: 'degrade' };

const fails = (): never => {
  throw new Error('it cannot');
};

/** Fails under `degrade` at every hook of a container that does not remove it. */
export default definePlugin({
  name: 'degrades',
  setup({ hooks: { container, network } }) {
    container.preCreate.tap(degrade, fails);
    container.spec.tap(degrade, fails);
    container.postCreate.tap(degrade, fails);
    container.prestart.tap(degrade, fails);
    container.poststart.tap(degrade, fails);
    container.preExec.tap(degrade, fails);
    container.postExec.tap(degrade, fails);
    container.preUpdate.tap(degrade, fails);
    container.postUpdate.tap(degrade, fails);
    container.preStop.tap(degrade, fails);
    container.poststop.tap(degrade, fails);
    container.restart.tap(degrade, fails);
    network.postDetach.tap(degrade, fails);
  },
});
