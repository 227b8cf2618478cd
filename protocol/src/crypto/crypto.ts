/**
 * The cryptography that a caller hands in: `node:crypto` on a server, something else in a browser. This room writes no
 * primitive of its own and imports no library.
 */
export interface Crypto {
  /** SHA-256 of bytes, or of a string's UTF-8, in unpadded base64: 43 characters. Matrix knows hashes in no other form. */
  sha256(data: string | Uint8Array, alphabet: 'base64' | 'base64url'): string;
  /** Ed25519: whether the signature (64 bytes) of the message's UTF-8 is by the public key (32 bytes). Never throws. */
  verify(publicKey: Uint8Array, message: string, signature: Uint8Array): boolean;
}

/** A key that signs in a server's name. The secret part stays with whoever made the object. */
export interface SigningKey {
  readonly serverName: string;
  /** Algorithm and version: `ed25519:abc`. */
  readonly keyId: string;
  readonly publicKey: Uint8Array;
  /** Ed25519 signature of the message's UTF-8, in unpadded base64: 86 characters. */
  sign(message: string): string;
}
