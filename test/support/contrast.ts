/** Contrast of two colours by WCAG 2.2, and the least that normal text needs by its criterion 1.4.3. */
const contrastMin = 4.5;

/**
 * A script for a page: returns every text in sight whose contrast with the ground that it stands on is too
 * low. Grounds that are partly transparent are laid over what is beneath them.
 * @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
 */
export const contrastProblems = `(() => {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const known = new Map();
  const read = (colour) => {
    if (!known.has(colour)) {
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  };
  const over = ([r, g, b, a], [x, y, z]) => [r * a + x * (1 - a), g * a + y * (1 - a), b * a + z * (1 - a), 1];
  const groundOf = (element) => {
    const layers = [];
    for (let one = element; one !== null; one = one.parentElement) {
      const layer = read(getComputedStyle(one).backgroundColor);
      layers.push(layer);
      if (layer[3] === 1) break;
    }
    return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255, 1]);
  };
  const light = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((one) => {
      const value = one / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const problems = new Set();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (node.data.trim() === '' || !element.checkVisibility() || element.closest('noscript, .hidden, .said, .skip')) continue;
    const ground = groundOf(element);
    const ink = over(read(getComputedStyle(element).color), ground);
    const [low, high] = [light(ink), light(ground)].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < ${contrastMin}) problems.add(element.className + ' ' + node.data.trim().slice(0, 40) + ' ' + ratio.toFixed(2));
  }
  return [...problems];
})()`;
