/** `npm run docs`: writes what is generated under docs/. With --check it fails at the first file that is stale. */
await import('./generate-cli-docs.ts');
await import('./generate-config-docs.ts');
await import('./generate-error-docs.ts');
await import('./generate-hook-docs.ts');
await import('./generate-runtime-docs.ts');
