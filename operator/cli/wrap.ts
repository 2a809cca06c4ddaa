/**
 * Returns a text of which no line is longer than the width, broken at spaces. What a line goes on with stands
 * under its first word; a word that is longer by itself stays whole, so that it can be copied.
 */
export function wrapText(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((line) => wrapLine(line, width))
    .join('\n');
}

function wrapLine(line: string, width: number): readonly string[] {
  if (line.length <= width) return [line];
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let current = indent;
  for (const word of line.slice(indent.length).split(' ')) {
    const isFirst = current.trim() === '';
    if (!isFirst && current.length + 1 + word.length > width) {
      lines.push(current);
      current = indent + word;
    } else current = isFirst ? current + word : `${current} ${word}`;
  }
  return [...lines, current];
}
