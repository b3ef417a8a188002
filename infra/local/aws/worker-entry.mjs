/**
 * Where a function's worker thread begins. Plain JavaScript on purpose: what `worker.ts` and its imports are as JavaScript, and
 * what a bundle is compiled to, is kept for the next worker, and only what is loaded after this line can be. A cold start takes
 * half the time.
 */
import { enableCompileCache } from 'node:module';
import { workerData } from 'node:worker_threads';

enableCompileCache(workerData.compileCache);
await import('./worker.ts');
