/** `npm run docs`: writes the generated files in docs/. With --check it fails at the first stale file. */
await import('./generateCliDocs.ts');
await import('./generateConfigDocs.ts');
await import('./generateContributionDocs.ts');
await import('./generateEffectDocs.ts');
await import('./generateEngineApiDocs.ts');
await import('./generateErrorDocs.ts');
await import('./generateHookDocs.ts');
await import('./generateProtocolDocs.ts');
await import('./generateRuntimeDocs.ts');
await import('./generateServiceDocs.ts');
