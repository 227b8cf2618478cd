/** What follows an address in a sentence, and is not part of it. */
const trailing = /[.,;:!?()<>"'»”’،؛؟…\s]+$/u;

/**
 * The secret of a guest link from the fragment of its address: 32 bytes in base64url. Undefined when it is missing, cut
 * short or changed, so that nobody waits in a lobby for a meeting that they could not see.
 */
export function linkKey(fragment: string): string | undefined {
  const key = fragment.replace(/^#/, '').replace(trailing, '');
  return /^[\w-]{43}$/.test(key) ? key : undefined;
}
