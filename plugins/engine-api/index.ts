/** The HTTP API as a plugin: serves Docker's Engine API and Pouch's extensions on every address of `listen`. */
import { definePlugin, type Engine } from '../../hooks/index.ts';
import { validatorOf } from './http/validate.ts';
import { routes } from './routes/index.ts';
import { createSchema } from './schemas/create.ts';
import { ApiServer } from './server/ApiServer.ts';

export default definePlugin({
  name: 'engine-api',
  doc: 'Serves the Docker Engine API (1.22 to 1.47) and Pouch’s extensions under /pouch.',
  setup({ surface, host, log }) {
    let server: ApiServer | undefined;
    surface({
      name: 'engine-api',
      // Clients are connected, and `listen` needs a restart.
      reload: 'keep',
      required: true,
      async start(engine: Engine) {
        const started = (server = new ApiServer({ engine, host, log }, routes));
        await started.start(host.listen).catch(async (error: unknown) => {
          await started.stop();
          throw error;
        });
        setImmediate(() => validatorOf(createSchema));
      },
      async stop() {
        await server?.stop();
        server = undefined;
      },
    });
  },
});
