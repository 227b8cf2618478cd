/**
 * Addresses of the parts of the crypto library's WebAssembly, in order. The build writes them here (web/build/crypto-module.ts); empty while
 * the sources are used as they are.
 */
export const parts: readonly string[] = [];
