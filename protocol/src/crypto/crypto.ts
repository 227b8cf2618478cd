/**
 * The cryptography that a caller hands in: `node:crypto` on a server, something else in a browser. This room writes no
 * primitive of its own and imports no library.
 */
export interface Crypto {
  /** SHA-256 of bytes, or of a string's UTF-8: 32 bytes. */
  sha256(data: string | Uint8Array): Uint8Array;
  /** Ed25519: whether the signature (64 bytes) of the message's UTF-8 is by the public key (32 bytes). Never throws. */
  verify(publicKey: Uint8Array, message: string, signature: Uint8Array): boolean;
}

/** A key that signs in a server's name. The secret part stays with whoever made the object. */
export interface SigningKey {
  readonly serverName: string;
  /** Algorithm and version: `ed25519:abc`. */
  readonly keyId: string;
  readonly publicKey: Uint8Array;
  /** Ed25519 signature, 64 bytes, of the message's UTF-8. */
  sign(message: string): Uint8Array;
}
