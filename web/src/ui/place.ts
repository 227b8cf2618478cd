/** A rectangle in the viewport, as `getBoundingClientRect` gives it. */
export interface Rectangle {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

const margin = 8;

/** Places a panel beside a rectangle so that it stays on the screen. */
export function placeBeside(
  at: Rectangle,
  panel: { readonly width: number; readonly height: number },
  view: { readonly width: number; readonly height: number },
  rightToLeft: boolean,
): { readonly top: number; readonly left: number } {
  const below = at.bottom + 4;
  const top = below + panel.height + margin <= view.height ? below : at.top - panel.height - 4;
  const left = rightToLeft ? at.left : at.right - panel.width;
  return {
    top: Math.max(margin, Math.min(top, view.height - panel.height - margin)),
    left: Math.max(margin, Math.min(left, view.width - panel.width - margin)),
  };
}
