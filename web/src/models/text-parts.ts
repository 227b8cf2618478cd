/** A stretch of a message: words, or an address to open. */
export type TextPart =
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'link'; readonly text: string; readonly href: string };

const address = /\b(?:https?:\/\/|www\.)[^\s<>"'`]+/gi;
/** Signs that end a sentence rather than an address, Arabic ones too. */
const trailing = /[.,:;!?،؛؟)\]}»”’]+$/u;

/**
 * Finds the addresses in a text. Only http and https become links; a closing bracket belongs to the address when it was
 * opened in it.
 */
export function textParts(text: string): readonly TextPart[] {
  const parts: TextPart[] = [];
  let from = 0;
  for (const match of text.matchAll(address)) {
    const found = trimAddress(match[0]);
    const href = found.startsWith('www.') ? `https://${found}` : found;
    if (!isAddress(href)) continue;
    if (match.index > from) parts.push({ kind: 'words', text: text.slice(from, match.index) });
    parts.push({ kind: 'link', text: found, href });
    from = match.index + found.length;
  }
  if (from < text.length || parts.length === 0) parts.push({ kind: 'words', text: text.slice(from) });
  return parts;
}

function trimAddress(found: string): string {
  const cut = found.replace(trailing, '');
  const rest = found.slice(cut.length);
  return rest.startsWith(')') && cut.includes('(') ? `${cut})` : cut;
}

function isAddress(href: string): boolean {
  try {
    const { protocol } = new URL(href);
    return protocol === 'https:' || protocol === 'http:';
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

const emoji = String.raw`\p{Extended_Pictographic}(?:\uFE0F|\u{1F3FB}|\u{1F3FC}|\u{1F3FD}|\u{1F3FE}|\u{1F3FF})?`;
const emojiMessage = new RegExp(String.raw`^(?:${emoji}(?:\u200D${emoji})*\s*){1,3}$`, 'u');

/** Whether a message is nothing but one to three emoji, which are then shown large. */
export function onlyEmoji(text: string): boolean {
  return emojiMessage.test(text.trim());
}
