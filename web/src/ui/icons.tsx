import { filledIcons, iconPaths, mirroredIcons } from './icon-paths.ts';
import type { IconName } from './icon-paths.ts';

/**
 * One icon of the set, drawn in the colour of the text around it. Decorative unless `label` is given.
 * `size` is in CSS pixels; at 16 and below the stroke is heavier so that it stays readable.
 */
export function Icon({ name, size = 24, label }: { name: IconName; size?: number; label?: string }) {
  const names = ['icon'];
  if (size <= 18) names.push('icon-small');
  if (mirroredIcons.has(name)) names.push('icon-mirrored');
  if (name === 'dots') names.push('icon-dots');
  return (
    <svg
      class={names.join(' ')}
      viewBox="0 0 24 24"
      width={size}
      height={size}
      role={label ? 'img' : undefined}
      aria-label={label}
      aria-hidden={label ? undefined : 'true'}
    >
      <path d={iconPaths[name]} fill={filledIcons.has(name) ? 'currentColor' : undefined} />
    </svg>
  );
}
