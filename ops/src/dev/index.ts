// The door for tests: the real server, on real parts, quickly.

export { chromiumProgram, ensureChromium } from './chromium.ts';
export { ensureLivekit } from './livekit-program.ts';
export { startServerProcess } from './server-process.ts';
export type { ServerProcess } from './server-process.ts';
export { startMajlis } from './start-majlis.ts';
export type { StartOptions, TestServer } from './start-majlis.ts';
export { createTestDatabase, startTestCluster } from './test-cluster.ts';
export type { TestCluster, TestDatabase } from './test-cluster.ts';
export { ensureWebApp } from '../web-app/build.ts';
