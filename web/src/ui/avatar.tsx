import { initialOf, starOf } from './avatar-hash.ts';
import { avatarPaths, serviceOutline } from './star-geometry.ts';
import { Icon } from './icons.tsx';
import type { IconName } from './icon-paths.ts';
import type { Star } from './avatar-hash.ts';

/** What an avatar stands for: its outline tells before any word is read. */
export type AvatarKind = 'person' | 'group' | 'service';

export interface AvatarProps {
  /** The id that is hashed; the same id has the same star everywhere. */
  readonly id: string;
  readonly name: string;
  readonly kind?: AvatarKind;
  /** CSS pixels: 24, 28, 32, 36, 40, 48, 64 or more. */
  readonly size?: number;
  /** Address of a picture that takes the star's place. */
  readonly picture?: string | undefined;
  /** A service's glyph. */
  readonly glyph?: IconName;
  /** Instead of the hashed star, for the gallery. */
  readonly star?: Star;
}

/** A star avatar. Always decorative: the name stands beside it as text. */
export function Avatar({ id, name, kind = 'person', size = 48, picture, glyph, star }: AvatarProps) {
  if (picture) {
    return (
      <img class={`avatar avatar-${kind}`} src={picture} width={size} height={size} alt="" loading="lazy" />
    );
  }
  const { pigment, form, turn } = star ?? starOf(id);
  const letter = kind === 'person' && size >= 28 ? initialOf(name) : '';
  const plain = letter !== '' || kind === 'service';
  return (
    <span class={`avatar avatar-${kind}`}>
      <svg viewBox="-24 -24 48 48" width={size} height={size} aria-hidden="true">
        {kind === 'service' ? (
          <path d={serviceOutline} fill={pigment.ground} />
        ) : (
          <rect x="-24" y="-24" width="48" height="48" fill={pigment.ground} />
        )}
        {avatarPaths(form, turn, plain).map((path) => (
          <path key={path} d={path} fill={pigment.star} fill-rule="evenodd" />
        ))}
        {letter && (
          <text x="0" y="0" dy="0.36em" text-anchor="middle" font-size="20" font-weight="700" fill="#fff">
            {letter}
          </text>
        )}
      </svg>
      {kind === 'service' && <Icon name={glyph ?? 'file'} size={Math.round(size * 0.42)} />}
    </span>
  );
}
