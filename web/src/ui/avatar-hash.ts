/** The eight pigments: ground and star tone, the same in light and dark, so that a face's colour never changes. */
export const pigments = [
  { name: 'teal', ground: '#205E57', star: '#3F857B' },
  { name: 'indigo', ground: '#3A4A77', star: '#6074A8' },
  { name: 'madder', ground: '#7C3A38', star: '#A9615D' },
  { name: 'ochre', ground: '#745519', star: '#A47F3A' },
  { name: 'olive', ground: '#4D5929', star: '#77844A' },
  { name: 'plum', ground: '#5D3C60', star: '#8A6590' },
  { name: 'slate', ground: '#3D5059', star: '#66808B' },
  { name: 'clay', ground: '#84472A', star: '#B57351' },
] as const;

export type Pigment = (typeof pigments)[number];

/** What a star avatar looks like. */
export interface Star {
  readonly pigment: Pigment;
  /** 0 to 5. */
  readonly form: number;
  /** Degrees: 0 or 22.5. */
  readonly turn: number;
}

/** FNV-1a, 32 bits, with a final mix so that ids that differ in the last letter differ everywhere. */
export function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The star that belongs to an id: always the same one, on every device. */
export function starOf(id: string): Star {
  const hash = hashText(id);
  return {
    pigment: pigments[hash % 8] ?? pigments[0],
    form: Math.floor(hash / 8) % 6,
    turn: Math.floor(hash / 48) % 2 === 0 ? 0 : 22.5,
  };
}

/**
 * The first letter of a name, skipping signs and digits, and in Arabic a title (Abu, Umm) and the article; empty when
 * there is no letter.
 */
export function initialOf(name: string): string {
  const bare = name
    .trim()
    .replace(/^(?:أبو|أم|ابن|بنت)\s+/u, '')
    .replace(/^ال(?=\p{L}{2})/u, '');
  const letter = /\p{L}/u.exec(bare)?.[0] ?? '';
  // A lone heh is drawn in its opening form, which readers know as the letter; the isolated form looks like a digit.
  return letter === 'ه' ? 'هـ' : letter.toLocaleUpperCase();
}
