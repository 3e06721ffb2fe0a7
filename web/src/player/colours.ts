import type { Scheme } from '../parts/theme';

/** Anchors of a scale from quiet to loud; lightness rises (dark) or falls (light) all the way. */
const anchors: Record<Scheme, [number, number, number][]> = {
  dark: [
    [12, 18, 17],
    [14, 44, 54],
    [18, 84, 92],
    [38, 136, 126],
    [112, 186, 142],
    [206, 224, 160],
    [255, 250, 214],
  ],
  light: [
    [255, 255, 255],
    [222, 238, 232],
    [162, 210, 198],
    [84, 166, 158],
    [30, 114, 118],
    [16, 66, 82],
    [10, 26, 42],
  ],
};

/** 256 colours, red, green, blue and alpha from 0 to 1, as wavesurfer.js takes them. */
export function soundColours(scheme: Scheme): number[][] {
  const scale = anchors[scheme];
  return Array.from({ length: 256 }, (_, i) => {
    const place = (i / 255) * (scale.length - 1);
    const below = Math.min(scale.length - 2, Math.floor(place));
    const [from, to] = [scale[below]!, scale[below + 1]!];
    const share = place - below;
    return [...from.map((value, c) => (value + (to[c]! - value) * share) / 255), 1];
  });
}
