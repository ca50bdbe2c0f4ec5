/** `npm run docs`: writes what is generated under docs/. With --check it fails at the first file that is stale. */
await import('./generateCliDocs.ts');
await import('./generateConfigDocs.ts');
await import('./generateErrorDocs.ts');
await import('./generateHookDocs.ts');
await import('./generateRuntimeDocs.ts');
