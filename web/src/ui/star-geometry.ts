/** Path data of the eight-fold star in a square of 48 units around the origin. Pure functions, rounded to 1/100 unit. */

type Polar = readonly [radius: number, degrees: number];

const unit = 24;

function point([radius, degrees]: Polar): string {
  const angle = (degrees * Math.PI) / 180;
  const x = Math.round(radius * unit * Math.sin(angle) * 100) / 100;
  const y = Math.round(-radius * unit * Math.cos(angle) * 100) / 100;
  return `${x === 0 ? 0 : x} ${y === 0 ? 0 : y}`;
}

/** A closed polygon through points given as radius (1 = the rim) and degrees clockwise from the top. */
export function polygon(points: readonly Polar[]): string {
  return `M${points.map(point).join('L')}Z`;
}

/** The outline of an eight-point star: points on `outer`, notches on `inner`, turned by `turn` degrees. */
export function starOutline(outer: number, inner: number, turn = 0): string {
  const points: Polar[] = [];
  for (let index = 0; index < 16; index += 1) {
    points.push([index % 2 === 0 ? outer : inner, turn + index * 22.5]);
  }
  return polygon(points);
}

/** The notch of the khatim, two squares laid across each other, as a share of its points' radius. */
export const khatim = Math.cos(Math.PI / 4) / Math.cos(Math.PI / 8);

/** Eight times the same figure around the middle. */
export function around(figure: readonly Polar[], turn = 0, seats = 8): string {
  let path = '';
  for (let seat = 0; seat < seats; seat += 1) {
    path += polygon(
      figure.map(([radius, degrees]): Polar => [radius, degrees + turn + (seat * 360) / seats]),
    );
  }
  return path;
}

/** One petal: a kite from `inner` to `outer`, `half` wide each side at height `waist`. All as shares of the rim. */
export function petal(outer: number, waist: number, half: number, inner: number): readonly Polar[] {
  const radius = Math.hypot(waist, half);
  const degrees = (Math.atan2(half, waist) * 180) / Math.PI;
  return [
    [outer, 0],
    [radius, degrees],
    [inner, 0],
    [radius, -degrees],
  ];
}

/** The petals of the mark, clockwise from the top: eight seats around an open middle. */
export const markPetals: readonly string[] = Array.from({ length: 8 }, (_, seat) =>
  polygon(petal(1, 0.655, 0.225, 0.31).map(([radius, degrees]): Polar => [radius, degrees + seat * 45])),
);

/** The sixteen petals of the voice ring in the order in which they light: from the bottom upward, both sides alike. */
export const ringPetals: readonly string[] = Array.from({ length: 16 }, (_, step) => {
  const side = step % 2 === 0 ? 1 : -1;
  const turn = 180 + side * Math.ceil(step / 2) * 22.5;
  return polygon(petal(1.417, 1.26, 0.093, 1.11).map(([radius, degrees]): Polar => [radius, degrees + turn]));
});

/** How many shapes a star avatar can take. */
export const avatarForms = 6;

/**
 * The light-toned parts of a star avatar. `form` is 0 to 5; `turn` is 0 or 22.5 degrees; with `plain` the middle is left
 * empty for a letter. Each path is to be filled by itself with the even-odd rule.
 */
export function avatarPaths(form: number, turn: number, plain: boolean): readonly string[] {
  const middle = (radius: number) => (plain ? [] : [starOutline(radius, radius * khatim, turn)]);
  switch (form) {
    case 0:
      return [starTips(1, turn), ...middle(0.46)];
    case 1:
      return [plain ? around(petal(1, 0.573, 0.177, 0.573), turn) : sharpStar(turn)];
    case 2:
      return [around(plain ? petal(1, 0.74, 0.15, 0.49) : petal(1, 0.7, 0.177, 0.31), turn)];
    case 3:
      return [
        starOutline(0.97, 0.97 * khatim, turn) +
          starOutline(0.61, 0.61 * khatim, turn + 22.5) +
          (plain ? '' : octagon(0.27, turn + 22.5)),
      ];
    case 4:
      return [
        starOutline(0.72, 0.72 * khatim, turn) +
          octagon(plain ? 0.45 : 0.27, turn) +
          around(petal(1.1, 0.91, 0.15, 0.78), turn + 22.5),
      ];
    default:
      return [strap(turn), strap(turn + 45), ...middle(0.4)];
  }
}

/** The eight-point outline that clips a service's avatar. */
export const serviceOutline = starOutline(1, 0.86);

function octagon(radius: number, turn: number): string {
  return around([[radius, 0]], turn).replace(/ZM/g, 'L');
}

function starTips(radius: number, turn: number): string {
  return around(
    [
      [radius, 0],
      [radius * khatim, 22.5],
      [radius * khatim, -22.5],
    ],
    turn,
  );
}

/** {8/3}: every third of eight points joined; the even-odd rule leaves the tips and the octagon in the middle. */
function sharpStar(turn: number): string {
  return polygon(Array.from({ length: 8 }, (_, index): Polar => [1, turn + index * 135]));
}

/** One square band of the strapwork: two squares, the inner one open. */
function strap(turn: number): string {
  return square(0.97, turn) + square(0.83, turn);
}

function square(radius: number, turn: number): string {
  return polygon([0, 90, 180, 270].map((corner): Polar => [radius, turn + corner]));
}
