import type { IconName } from './icon-paths.ts';

/** The six drawn glyphs and the emoji each is sent as. Others appear as received. */
export const drawnReactions: readonly { readonly key: string; readonly icon: IconName }[] = [
  { key: '👍️', icon: 'thumb' },
  { key: '❤️', icon: 'heart' },
  { key: '✅️', icon: 'check' },
  { key: '😄', icon: 'smile' },
  { key: '🙏', icon: 'hand' },
  { key: '🌟', icon: 'khatim' },
];

const glyphs: ReadonlyMap<string, IconName> = new Map<string, IconName>([
  ...drawnReactions.map((drawn): [string, IconName] => [bare(drawn.key), drawn.icon]),
  ['❤', 'heart'],
  ['♥', 'heart'],
  ['✔', 'check'],
  ['😀', 'smile'],
  ['😊', 'smile'],
  ['🙂', 'smile'],
  ['✋', 'hand'],
  ['👋', 'hand'],
  ['⭐', 'khatim'],
]);

/** Without variation selectors, which clients add or leave out at will. */
function bare(key: string): string {
  return key.replace(/[\uFE0E\uFE0F]/g, '');
}

/** The drawn glyph of a reaction, or undefined when it has to be shown as received. */
export function reactionIcon(key: string): IconName | undefined {
  return glyphs.get(bare(key));
}
